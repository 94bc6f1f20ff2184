#include "persistence/lmdb_store.hpp"

#include "persistence/records.hpp"
#include "persistence/repair.hpp"

#include <algorithm>
#include <utility>

namespace cafq {

using kind = staged_op::kind;

lmdb_store::lmdb_store(const std::filesystem::path& file, store_options options)
  : options_(std::move(options)),
    pace_(options_.max_transaction_bytes),
    env_(open_environment(file, options_.map_size)),
    tables_(open_tables(env_, file)),
    reader_(env_, lmdb::txn::mode::read),
    room_(file.parent_path()) {
  auto found = reading([this] {
    auto result = load_backlog(reader_, tables_);
    reader_.reset();
    if (result.in_order)
      return result;
    set_damaged_blocks_aside(env_, tables_);
    const lmdb::snapshot now{reader_};
    return load_backlog(reader_, tables_);
  });
  queues_ = std::move(found.queues);
  dropped_ = std::move(found.dropped);
  next_block_ = found.next_block;
  next_queue_ = found.next_queue;
  damaged_ = found.damaged;
  for (auto& key : found.stray_acks)
    staging_.append(
      {.what = kind::erase, .where = area::ack, .key = std::move(key)});
  env_.fault(options_.fault);
}

void lmdb_store::begin_group() {
  staging_.begin_group();
}

void lmdb_store::end_group() {
  staging_.end_group();
}

// -- names
// ---------------------------------------------------------------------

std::vector<topic_record> lmdb_store::topics() {
  std::vector<topic_record> result;
  scan(area::names, "T", [&](auto key, auto*, auto value) {
    if (!key.starts_with('T'))
      return false;
    if (auto x = decode_topic(key, value))
      result.push_back(std::move(*x));
    return true;
  });
  return result;
}

std::vector<channel_record> lmdb_store::channels() {
  std::vector<channel_record> result;
  scan(area::names, "C", [&](auto key, auto*, auto value) {
    if (!key.starts_with('C'))
      return false;
    if (auto x = decode_channel(key, value))
      result.push_back(std::move(*x));
    return true;
  });
  return result;
}

queue_id lmdb_store::new_queue() {
  return next_queue_++;
}

void lmdb_store::put(const topic_record& x) {
  auto key = topic_key(x.name);
  auto value = encode_topic(key, x);
  put_name(std::move(key), std::move(value));
}

void lmdb_store::put(const channel_record& x) {
  auto key = channel_key(x.topic, x.name);
  auto value = encode_channel(key, x);
  put_name(std::move(key), std::move(value));
}

void lmdb_store::erase_topic(std::string_view name) {
  erase_name(topic_key(name));
}

void lmdb_store::erase_channel(std::string_view topic, std::string_view name) {
  erase_name(channel_key(topic, name));
}

void lmdb_store::put_name(std::string key, std::string value) {
  staging_.append({.what = kind::put,
                   .where = area::names,
                   .key = std::move(key),
                   .value = std::move(value)});
}

void lmdb_store::erase_name(std::string key) {
  staging_.append(
    {.what = kind::erase, .where = area::names, .key = std::move(key)});
}

void lmdb_store::drop(queue_id queue) {
  dropped_queue x{.queue = queue};
  if (auto node = queues_.extract(queue))
    x.blocks = std::move(node.mapped().blocks);
  dropped_.push_back(std::move(x));
  staging_.append({.what = kind::drop_queue, .queue = queue});
}

// -- marks
// ---------------------------------------------------------------------

uint64_t lmdb_store::mark(std::string_view name) {
  const auto key = mark_key(name);
  if (const auto* op = staging_.find(area::meta, key))
    return decode_counter(key, op->value).value_or(0);
  return reading([&] {
    const lmdb::snapshot now{reader_};
    return find_mark(reader_, tables_, name);
  });
}

void lmdb_store::put_mark(std::string_view name, uint64_t x) {
  auto key = mark_key(name);
  auto value = encode_counter(key, x);
  staging_.append({.what = kind::put,
                   .where = area::meta,
                   .key = std::move(key),
                   .value = std::move(value)});
}

// -- rows
// ----------------------------------------------------------------------

lmdb::table lmdb_store::table_of(area where) const noexcept {
  switch (where) {
    case area::names:
      return tables_.names;
    case area::log:
      return tables_.log;
    case area::ack:
      return tables_.ack;
    case area::defer:
      return tables_.defer;
    case area::meta:
      break;
  }
  return tables_.meta;
}

void lmdb_store::scan(area where, std::string_view from, const visitor& f) {
  reading([&] {
    const lmdb::snapshot now{reader_};
    lmdb::cursor committed{reader_, table_of(where)};
    const auto& latest = staging_.latest(where);
    auto staged = latest.lower_bound(from);
    auto more = committed.seek(from);
    while (more || staged != latest.end()) {
      if (more && (staged == latest.end() || committed.key() < staged->first)) {
        if (!f(committed.key(), nullptr, committed.value()))
          return;
        more = committed.next();
        continue;
      }
      if (more && committed.key() == staged->first)
        more = committed.next();
      const auto& op = staging_.at(staged->second);
      if (op.what == kind::put && !f(staged->first, &op, op.value))
        return;
      ++staged;
    }
  });
}

queue_state* lmdb_store::find_queue(queue_id queue) noexcept {
  const auto i = queues_.find(queue);
  return i == queues_.end() ? nullptr : &i->second;
}

// -- observers
// -----------------------------------------------------------------

size_t lmdb_store::staged_bytes() const noexcept {
  return staging_.bytes();
}

uint64_t lmdb_store::staged() const noexcept {
  return staging_.end();
}

uint64_t lmdb_store::durable() const noexcept {
  return staging_.begin();
}

queue_summary lmdb_store::summary(queue_id queue) {
  const auto* x = find_queue(queue);
  if (x == nullptr)
    return {};
  return {.messages = x->blocks.messages(),
          .blocks = x->blocks.entries().size(),
          .last_number = x->blocks.last_number(),
          .deferred = x->deferred};
}

uint64_t lmdb_store::damaged_blocks() const noexcept {
  return damaged_;
}

size_t lmdb_store::staged_messages() const noexcept {
  size_t result = 0;
  for (auto i = staging_.begin(); i != staging_.end(); ++i)
    if (const auto& x = staging_.at(i); x.what == kind::put && x.body)
      result += x.body->count();
  return result;
}

std::vector<outside_reader> lmdb_store::readers() {
  dead_readers_ += env_.forget_dead_readers();
  return reading([this] {
    return outside_.update(env_, reader_, outside_readers::clock::now());
  });
}

uint64_t lmdb_store::dead_readers() const noexcept {
  return dead_readers_;
}

store_usage lmdb_store::usage() {
  return reading([this] {
    const lmdb::snapshot now{reader_};
    const auto page = env_.page_size();
    const auto used = reader_.used_pages(tables_.all());
    const auto pages = env_.pages();
    const auto free = pages - std::min(pages, used);
    // LMDB gives up early when it looks for neighbours among free pages, and
    // grows the file: a quarter of it was free then, at worst 31 %.
    const auto usable = free - std::min(free, pages / 3);
    const auto disk = room_.ask(pages * page);
    store_usage result;
    result.file = pages * page;
    result.used = used * page;
    result.usable = usable * page;
    result.available = disk.available;
    result.disk = disk.size;
    result.reserve = disk_room::reserve(disk.size);
    result.limit = options_.max_backlog_bytes;
    return result;
  });
}

std::string lmdb_store::shortage() {
  const auto now = usage();
  if (!room_.welcome({now.disk, now.available}, now.usable, staging_.bytes())
      || full_)
    return "disk full: " + std::to_string(now.available + now.usable)
           + " bytes left";
  const auto stored = now.used + staging_.bytes();
  const auto quota = now.limit;
  over_quota_ = quota != 0
                && stored >= (over_quota_ ? quota - quota / 10 : quota);
  if (over_quota_)
    return "backlog of " + std::to_string(stored) + " bytes is at its limit of "
           + std::to_string(quota);
  return {};
}

} // namespace cafq
