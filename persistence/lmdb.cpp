#include "persistence/lmdb.hpp"

#include <lmdb.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

namespace cafq::lmdb {

static_assert(std::is_same_v<table, MDB_dbi>);

namespace {

constexpr unsigned max_tables = 8;

void check(const char* call, int code) {
  if (code != MDB_SUCCESS)
    throw error{call, code};
}

/// Returns false for a row that is not there.
bool found(const char* call, int code) {
  if (code == MDB_NOTFOUND)
    return false;
  check(call, code);
  return true;
}

MDB_val to_val(std::string_view x) {
  // LMDB takes void* but only reads through it.
  return {x.size(), const_cast<char*>(x.data())};
}

std::string_view to_view(const MDB_val& x) {
  return {static_cast<const char*>(x.mv_data), x.mv_size};
}

/// By the transaction that gave them back: their number, then they.
constexpr table list_of_free_pages = 0;

/// Returns a number in LMDB's own rows, 0 if there is none.
uint64_t number_at(std::string_view bytes) {
  uint64_t result = 0;
  if (bytes.size() >= sizeof(result))
    std::memcpy(&result, bytes.data(), sizeof(result));
  return result;
}

uint64_t pages_of(const MDB_stat& x) {
  return x.ms_branch_pages + x.ms_leaf_pages + x.ms_overflow_pages;
}

} // namespace

error::error(const char* call, int code)
  : std::runtime_error(std::string{call} + ": " + mdb_strerror(code)),
    code_(code) {
  // nop
}

bool error::map_full() const noexcept {
  return code_ == MDB_MAP_FULL || code_ == MDB_MAP_RESIZED;
}

bool error::panic() const noexcept {
  return code_ == MDB_PANIC;
}

// -- env
// -----------------------------------------------------------------------

env::env(const std::filesystem::path& file, size_t map_size)
  // Neighbours of a page have nothing to do with it. Reading them costs the
  // disk ten times as much, and throws out what is in memory where that is
  // short.
  : env(file, map_size, MDB_NORDAHEAD) {
  forget_dead_readers();
}

env env::create(const std::filesystem::path& file, size_t map_size) {
  return {file, map_size, MDB_NOLOCK};
}

env env::open_for_reading(const std::filesystem::path& file, size_t map_size) {
  return {file, map_size, MDB_RDONLY | MDB_NOLOCK};
}

env::env(const std::filesystem::path& file, size_t map_size, unsigned flags) {
  for (;;) {
    MDB_env* raw = nullptr;
    check("mdb_env_create", mdb_env_create(&raw));
    ptr_.reset(raw);
    check("mdb_env_set_mapsize", mdb_env_set_mapsize(raw, map_size));
    check("mdb_env_set_maxdbs", mdb_env_set_maxdbs(raw, max_tables));
    // MDB_NOTLS: an actor may hop between threads, so must its reader slot.
    const auto code = mdb_env_open(raw, file.c_str(),
                                   flags | MDB_NOSUBDIR | MDB_NOTLS, 0600);
    constexpr size_t smallest_map = size_t{64} << 20;
    if (code != ENOMEM || map_size <= smallest_map) {
      check("mdb_env_open", code);
      break;
    }
    map_size /= 2;
  }
}

void env::grow() {
  MDB_envinfo info{};
  check("mdb_env_info", mdb_env_info(handle(), &info));
  check("mdb_env_set_mapsize",
        mdb_env_set_mapsize(handle(), info.me_mapsize * 2));
}

size_t env::forget_dead_readers() noexcept {
  int dead = 0;
  // If it fails, those who died hold back what they did before.
  if (mdb_reader_check(handle(), &dead) != MDB_SUCCESS)
    return 0;
  return static_cast<size_t>(dead);
}

std::vector<reader> env::readers() const {
  std::vector<reader> result;
  // A line each; in the middle of nothing, a dash stands for the snapshot.
  const auto take = [](const char* line, void* to) {
    reader x;
    std::istringstream in{line};
    if (in >> x.process >> x.thread >> x.snapshot)
      static_cast<std::vector<reader>*>(to)->push_back(std::move(x));
    return 0;
  };
  if (mdb_reader_list(handle(), take, &result) < 0)
    return {};
  return result;
}

uint64_t env::pages() const {
  MDB_envinfo info{};
  check("mdb_env_info", mdb_env_info(handle(), &info));
  return info.me_last_pgno + 1;
}

uint64_t env::page_size() const {
  MDB_stat stat{};
  check("mdb_env_stat", mdb_env_stat(handle(), &stat));
  return stat.ms_psize;
}

int env::descriptor() const {
  mdb_filehandle_t result = -1;
  check("mdb_env_get_fd", mdb_env_get_fd(handle(), &result));
  return result;
}

void env::copy(int to) const {
  check("mdb_env_copyfd2", mdb_env_copyfd2(handle(), to, MDB_CP_COMPACT));
}

void env::fail_by(const char* call) const {
  check(call, fault_(call));
}

void env::closer::operator()(MDB_env* x) const noexcept {
  mdb_env_close(x);
}

// -- txn
// -----------------------------------------------------------------------

txn::txn(env& parent, mode how)
  : parent_(&parent), page_size_(parent.page_size()) {
  MDB_txn* raw = nullptr;
  check("mdb_txn_begin",
        mdb_txn_begin(parent.handle(), nullptr,
                      how == mode::read ? MDB_RDONLY : 0U, &raw));
  ptr_.reset(raw);
}

std::optional<table> txn::find_table(const char* name) {
  table result = 0;
  if (!found("mdb_dbi_open", mdb_dbi_open(handle(), name, 0, &result)))
    return std::nullopt;
  return result;
}

table txn::create_table(const char* name) {
  table result = 0;
  check("mdb_dbi_open", mdb_dbi_open(handle(), name, MDB_CREATE, &result));
  return result;
}

std::optional<std::string_view> txn::get(table where, std::string_view key) {
  auto k = to_val(key);
  MDB_val v{};
  if (!found("mdb_get", mdb_get(handle(), where, &k, &v)))
    return std::nullopt;
  return to_view(v);
}

void txn::put(table where, std::string_view key, std::string_view value) {
  parent_->check_fault("mdb_put");
  auto k = to_val(key);
  auto v = to_val(value);
  check("mdb_put", mdb_put(handle(), where, &k, &v, 0));
}

bool txn::insert(table where, std::string_view key, std::string_view value) {
  parent_->check_fault("mdb_put");
  auto k = to_val(key);
  auto v = to_val(value);
  const auto code = mdb_put(handle(), where, &k, &v, MDB_NOOVERWRITE);
  if (code == MDB_KEYEXIST)
    return false;
  check("mdb_put", code);
  return true;
}

char* txn::append(table where, std::string_view key, size_t size) {
  parent_->check_fault("mdb_put");
  auto k = to_val(key);
  MDB_val v{size, nullptr};
  check("mdb_put", mdb_put(handle(), where, &k, &v, MDB_RESERVE | MDB_APPEND));
  return static_cast<char*>(v.mv_data);
}

bool txn::erase(table where, std::string_view key) {
  parent_->check_fault("mdb_del");
  const auto value = get(where, key);
  if (value && !has_its_pages(key, *value))
    throw error{"pages of a value", MDB_CORRUPTED};
  auto k = to_val(key);
  return value && found("mdb_del", mdb_del(handle(), where, &k, nullptr));
}

// A value that is too large for a leaf has pages of its own. Their header, of
// 16 bytes, is right in front of it and ends with their number (lmdb.h has no
// name for it; mdb.c, MDB_page).
bool txn::has_its_pages(std::string_view key,
                        std::string_view value) const noexcept {
  constexpr size_t header = 16;
  constexpr size_t node = 8;
  if (node + key.size() + value.size() <= page_size_ / 2)
    return true;
  uint32_t pages = 0;
  std::memcpy(&pages, value.data() - sizeof(pages), sizeof(pages));
  return pages == (header - 1 + value.size()) / page_size_ + 1;
}

uint64_t txn::rows(table where) {
  MDB_stat stat{};
  check("mdb_stat", mdb_stat(handle(), where, &stat));
  return stat.ms_entries;
}

uint64_t txn::used_pages(std::span<const table> tables) {
  // 0 is LMDB's list of free pages, 1 its list of tables.
  uint64_t result = 2;
  MDB_stat stat{};
  for (table own : {0U, 1U}) {
    check("mdb_stat", mdb_stat(handle(), own, &stat));
    result += pages_of(stat);
  }
  for (auto x : tables) {
    check("mdb_stat", mdb_stat(handle(), x, &stat));
    result += pages_of(stat);
  }
  return result;
}

uint64_t txn::pages_given_back_since(uint64_t transaction) {
  uint64_t result = 0;
  cursor at{*this, list_of_free_pages};
  for (auto more = at.last(); more; more = at.previous()) {
    if (number_at(at.key()) < transaction)
      break;
    result += number_at(at.value());
  }
  return result;
}

uint64_t txn::free_pages(uint64_t from) {
  uint64_t result = 0;
  cursor at{*this, list_of_free_pages};
  for (auto more = at.first(); more; more = at.next()) {
    // Their number, then they.
    const auto row = at.value();
    std::vector<uint64_t> numbers(row.size() / sizeof(uint64_t));
    if (numbers.empty())
      continue;
    std::memcpy(numbers.data(), row.data(), numbers.size() * sizeof(uint64_t));
    const auto count = std::min<uint64_t>(numbers[0], numbers.size() - 1);
    for (uint64_t i = 1; i <= count; ++i)
      result += numbers[i] >= from ? 1U : 0U;
  }
  return result;
}

void txn::commit() {
  parent_->check_fault("mdb_txn_commit");
  // Frees the handle even when it fails.
  check("mdb_txn_commit", mdb_txn_commit(ptr_.release()));
}

void txn::reset() {
  mdb_txn_reset(handle());
}

void txn::renew() {
  check("mdb_txn_renew", mdb_txn_renew(handle()));
}

void txn::aborter::operator()(MDB_txn* x) const noexcept {
  mdb_txn_abort(x);
}

// -- cursor
// --------------------------------------------------------------------

cursor::cursor(txn& in, table where) : in_(&in) {
  MDB_cursor* raw = nullptr;
  check("mdb_cursor_open", mdb_cursor_open(in.handle(), where, &raw));
  ptr_.reset(raw);
}

bool cursor::first() {
  return go("mdb_cursor_get", MDB_FIRST);
}

bool cursor::last() {
  return go("mdb_cursor_get", MDB_LAST);
}

bool cursor::previous() {
  return go("mdb_cursor_get", MDB_PREV);
}

bool cursor::next() {
  return go("mdb_cursor_get", MDB_NEXT);
}

bool cursor::seek(std::string_view key) {
  return go("mdb_cursor_get", MDB_SET_RANGE, key);
}

std::string_view cursor::value() {
  MDB_val k{};
  MDB_val v{};
  check("mdb_cursor_get", mdb_cursor_get(ptr_.get(), &k, &v, MDB_GET_CURRENT));
  return to_view(v);
}

void cursor::erase() {
  if (!in_->has_its_pages(key_, value()))
    throw error{"pages of a value", MDB_CORRUPTED};
  check("mdb_cursor_del", mdb_cursor_del(ptr_.get(), 0));
}

bool cursor::go(const char* call, int operation, std::string_view key) {
  auto k = to_val(key);
  if (!found(call, mdb_cursor_get(ptr_.get(), &k, nullptr,
                                  static_cast<MDB_cursor_op>(operation))))
    return false;
  key_ = to_view(k);
  return true;
}

void will_read(std::string_view value) noexcept {
  static const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<uintptr_t>(value.data());
  const auto end = begin + value.size();
  const auto first = begin / page * page;
  if (end - first <= page)
    return;
  // Without it, all goes on as well.
  static_cast<void>(
    ::madvise(reinterpret_cast<void*>(first), end - first, MADV_WILLNEED));
}

void cursor::closer::operator()(MDB_cursor* x) const noexcept {
  mdb_cursor_close(x);
}

} // namespace cafq::lmdb
