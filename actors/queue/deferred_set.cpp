#include "actors/queue/deferred_set.hpp"

#include "net/protocol/contract.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>
#include <utility>

namespace cafq::queue {

namespace {

/// The store is asked so long before the first message that is not in memory is
/// due. It answers between two commits, some of which take more than 1 s when
/// the machine has other work.
constexpr auto ahead = std::chrono::seconds{3};

/// It is asked for what is due within this time: every 2 s, however few.
constexpr auto horizon = std::chrono::seconds{5};

/// Bytes of bodies from the store that may be in memory. A large message is
/// read rather late than with many others.
constexpr size_t most_bytes = size_t{16} << 20U;

/// The same for a read while the node is short of memory.
constexpr size_t few_bytes = size_t{64} << 10U;

/// Two readings of clocks may be so far apart when nobody has set one.
constexpr auto tolerance = std::chrono::milliseconds{10};

constexpr auto later = [](const auto& x, const auto& y) {
  return std::tie(x.due, x.sequence) > std::tie(y.due, y.sequence);
};

/// Returns a single message with its attempts inside.
block_ptr with_attempts(const block_ptr& body, uint16_t attempts) {
  if (body->attempts(0) == attempts)
    return body;
  auto message = body->message(0);
  message.attempts = attempts;
  return block::make(std::array{message});
}

} // namespace

void deferred_set::put(block_ptr body, uint16_t attempts, time_point due,
                       bool hold, store_orders& out) {
  const deferred_key key{to_unix(due), body->first_number()};
  if (hold && (key <= loaded_until_ || heap_.size() - rows_in_heap_ < limit_)) {
    push({std::move(body), attempts, {}}, due);
    return;
  }
  body = with_attempts(body, attempts);
  out.defer.push_back({key.due_ns, body});
  ++out.unplaced;
  settle({due, 0, {std::move(body), attempts, key}});
}

void deferred_set::put_stored(block_ptr body, time_point due, int64_t row_ns) {
  const deferred_key key{row_ns, body->first_number()};
  const auto attempts = body->attempts(0);
  settle({due, 0, {std::move(body), attempts, key}});
}

void deferred_set::set_clock(duration unix_offset) noexcept {
  if (std::chrono::abs(unix_offset - unix_offset_) < tolerance)
    return;
  unix_offset_ = unix_offset;
  // Nothing was loaded, nothing can be out of place.
  stale_ = loading_ || loaded_until_ != deferred_key{};
  load_at_ = {};
}

void deferred_set::start_over(const std::vector<deferred_key>& apart) {
  stale_ = false;
  for (const auto& x : heap_)
    if (x.what.row)
      apart_.insert(*x.what.row);
  apart_.insert(apart.begin(), apart.end());
  loaded_until_ = {};
}

void deferred_set::give_up(const std::vector<deferred_key>& apart) {
  if (loading_ || rows_in_heap_ == 0)
    return;
  std::erase_if(heap_, [](const waiting& x) { return x.what.row.has_value(); });
  std::make_heap(heap_.begin(), heap_.end(), later);
  on_disk_ += std::exchange(rows_in_heap_, 0);
  bytes_ -= std::exchange(row_bytes_, 0);
  apart_.insert(apart.begin(), apart.end());
  loaded_until_ = {};
  load_at_ = {};
  short_ = false;
}

std::optional<deferred_set::item> deferred_set::pop(time_point now) {
  if (heap_.empty() || heap_.front().due > now)
    return std::nullopt;
  std::pop_heap(heap_.begin(), heap_.end(), later);
  auto result = std::move(heap_.back().what);
  heap_.pop_back();
  take_off(bytes_, result.body->bytes());
  if (result.row) {
    take_off(rows_in_heap_, 1);
    take_off(row_bytes_, result.body->bytes());
  }
  return result;
}

void deferred_set::save(store_orders& out) {
  for (auto& x : heap_) {
    if (x.what.row)
      continue;
    out.defer.push_back(
      {to_unix(x.due), with_attempts(x.what.body, x.what.attempts)});
    x.what.row = out.defer.back().key();
    count_row(x.what);
  }
}

void deferred_set::keep_copies(uint64_t mark, time_point now,
                               store_orders& out) {
  if (heap_.size() == rows_in_heap_)
    return;
  std::vector<waiting> for_later;
  const auto soon = now + horizon;
  std::erase_if(heap_, [&](waiting& x) {
    auto& [body, attempts, row] = x.what;
    if (row || body->first_number() > mark)
      return false;
    body = with_attempts(body, attempts);
    row = deferred_key{to_unix(x.due), body->first_number()};
    out.defer.push_back({row->due_ns, body});
    if (on_disk_ == 0 && !loading_ && x.due <= soon
        && rows_in_heap_ < most_loaded())
      loaded_until_ = std::max(loaded_until_, *row);
    if (*row <= loaded_until_) {
      count_row(x.what);
      return false;
    }
    bytes_ -= body->bytes();
    for_later.push_back(std::move(x));
    return true;
  });
  if (for_later.empty())
    return;
  std::make_heap(heap_.begin(), heap_.end(), later);
  for (auto& x : for_later)
    settle(std::move(x));
}

void deferred_set::save(const item& x, store_orders& out) {
  const auto due_ns = x.row ? x.row->due_ns : 0;
  out.defer.push_back({due_ns, with_attempts(x.body, x.attempts)});
}

deferred_key deferred_set::keep_copy(const item& x, store_orders& out) {
  save(x, out);
  const auto key = out.defer.back().key();
  if (key > loaded_until_)
    apart_.insert(key);
  return key;
}

void deferred_set::forget(const deferred_key& row) {
  // An answer that is under way may still hold it.
  if (!loading_)
    apart_.erase(row);
}

std::optional<due_request>
deferred_set::wanted(time_point now, uint64_t newest, bool all, size_t spare) {
  if (!may_load() || (load_at_ > now && !all))
    return std::nullopt;
  short_ = spare < few_bytes && rows_in_heap_ > 0;
  if (short_)
    return std::nullopt;
  loading_ = true;
  loading_until_ns_ = all ? std::numeric_limits<int64_t>::max()
                          : to_unix(now + horizon);
  asked_ = on_disk_;
  newest_ = newest;
  // Rows that come from now on lower it again.
  load_at_ = time_point::max();
  const auto room = most_bytes - row_bytes_;
  return due_request{loaded_until_, loading_until_ns_,
                     most_loaded() - rows_in_heap_,
                     std::min(room, std::max(spare, few_bytes))};
}

void deferred_set::loaded(due_rows rows) {
  if (!std::exchange(loading_, false))
    return;
  size_t count = 0;
  for (auto& x : rows.rows) {
    loaded_until_ = x.key();
    if (loaded_until_.number > newest_ || apart_.contains(loaded_until_))
      continue;
    ++count;
    const auto attempts = x.body->attempts(0);
    push({std::move(x.body), attempts, loaded_until_}, from_unix(x.due_ns));
  }
  apart_.erase(apart_.begin(), apart_.upper_bound(loaded_until_));
  count = std::min(asked_, count);
  on_disk_ -= count;
  if (rows.next_ns)
    load_at_ = std::min(load_at_, from_unix(*rows.next_ns) - ahead);
  else
    on_disk_ -= asked_ - count; // what is missing was damaged
  place_undecided();
}

void deferred_set::forget_request() {
  if (!std::exchange(loading_, false))
    return;
  load_at_ = {};
  place_undecided();
}

void deferred_set::clear() {
  heap_.clear();
  rows_in_heap_ = 0;
  row_bytes_ = 0;
  bytes_ = 0;
  on_disk_ = 0;
  loaded_until_ = {};
  apart_.clear();
  loading_ = false;
  short_ = false;
  undecided_.clear();
}

std::optional<time_point> deferred_set::next(bool popping) const {
  std::optional<time_point> result;
  if (popping && !heap_.empty())
    result = heap_.front().due;
  if (may_load() && !short_)
    result = result ? std::min(*result, load_at_) : load_at_;
  return result;
}

std::optional<time_point> deferred_set::first_due() const {
  auto result = first_in_memory();
  const auto known = load_at_ > time_point{} && load_at_ < time_point::max();
  if (on_disk_ > 0 && known)
    result = std::min(result.value_or(time_point::max()), load_at_ + ahead);
  return result;
}

std::optional<int64_t> deferred_set::oldest_ns() const {
  constexpr size_t most = 1000;
  std::optional<int64_t> result;
  for (size_t i = 0; i < std::min(most, heap_.size()); ++i) {
    const auto ns = heap_[i].what.body->timestamp_ns(0);
    result = std::min(result.value_or(ns), ns);
  }
  return result;
}

bool deferred_set::may_load() const noexcept {
  return on_disk_ > 0 && !loading_ && rows_in_heap_ <= most_loaded() / 4 * 3
         && row_bytes_ <= most_bytes / 4 * 3;
}

void deferred_set::push(item x, time_point due) {
  if (x.row)
    count_row(x);
  bytes_ += x.body->bytes();
  heap_.push_back({due, sequence_++, std::move(x)});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

void deferred_set::count_row(const item& x) noexcept {
  ++rows_in_heap_;
  row_bytes_ += x.body->bytes();
}

void deferred_set::settle(waiting x) {
  if (loading_ && x.what.row->due_ns <= loading_until_ns_)
    undecided_.push_back(std::move(x));
  else
    place(std::move(x));
}

/// Finds out whether a row will be loaded when its time comes. If not, it has
/// to be in memory.
void deferred_set::place(waiting x) {
  if (*x.what.row <= loaded_until_) {
    push(std::move(x.what), x.due);
    return;
  }
  const auto load_at = x.due - ahead;
  load_at_ = on_disk_ == 0 && !loading_ ? load_at : std::min(load_at_, load_at);
  ++on_disk_;
}

bool deferred_set::invariant() const {
  size_t rows = 0;
  size_t row_bytes = 0;
  size_t bytes = 0;
  for (const auto& x : heap_) {
    bytes += x.what.body->bytes();
    if (!x.what.row)
      continue;
    ++rows;
    row_bytes += x.what.body->bytes();
  }
  const auto single = [](const waiting& x) {
    return x.what.body->count() == 1;
  };
  const auto is_row = [](const waiting& x) {
    return x.what.row.has_value();
  };
  return std::is_heap(heap_.begin(), heap_.end(), later)
         && std::all_of(heap_.begin(), heap_.end(), single)
         && std::all_of(undecided_.begin(), undecided_.end(), is_row)
         && (loading_ || undecided_.empty()) && rows == rows_in_heap_
         && row_bytes == row_bytes_ && bytes == bytes_;
}

void deferred_set::place_undecided() {
  for (auto& x : std::exchange(undecided_, {}))
    place(std::move(x));
}

} // namespace cafq::queue
