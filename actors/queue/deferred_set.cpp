#include "actors/queue/deferred_set.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>
#include <utility>

namespace cafq::queue {

namespace {

/// How long before its time a message is read from the store.
constexpr auto horizon = std::chrono::seconds{2};

/// However small the memory queue is, loading fewer at a time does not pay.
constexpr size_t least_load = 512;

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
  const auto due_ns = to_unix(due);
  // What is due before rows that were loaded already would be passed over.
  const auto soon = due_ns <= loaded_until_.due_ns;
  if (soon || (hold && heap_.size() < limit_)) {
    push({std::move(body), attempts, {}}, due);
    return;
  }
  out.defer.push_back({due_ns, with_attempts(body, attempts)});
  load_at_ = on_disk_ == 0 ? due - horizon : std::min(load_at_, due - horizon);
  ++on_disk_;
}

std::optional<deferred_set::item> deferred_set::pop(time_point now) {
  if (heap_.empty() || heap_.front().due > now)
    return std::nullopt;
  std::pop_heap(heap_.begin(), heap_.end(), later);
  auto result = std::move(heap_.back().what);
  heap_.pop_back();
  return result;
}

void deferred_set::save(store_orders& out) {
  for (auto& x : heap_) {
    if (x.what.row)
      continue;
    out.defer.push_back(
      {to_unix(x.due), with_attempts(x.what.body, x.what.attempts)});
    x.what.row = out.defer.back().key();
  }
}

std::optional<due_request> deferred_set::wanted(time_point now, bool all) {
  const auto room = std::max(limit_, least_load);
  if (loading_ || on_disk_ == 0 || (load_at_ > now && !all)
      || heap_.size() > room / 2)
    return std::nullopt;
  loading_ = true;
  const auto until = all ? std::numeric_limits<int64_t>::max()
                         : to_unix(now + horizon);
  return due_request{loaded_until_, until, room - heap_.size()};
}

void deferred_set::loaded(due_rows rows) {
  if (!std::exchange(loading_, false))
    return;
  for (auto& x : rows.rows) {
    loaded_until_ = x.key();
    const auto attempts = x.body->attempts(0);
    push({std::move(x.body), attempts, loaded_until_}, from_unix(x.due_ns));
  }
  on_disk_ -= std::min(on_disk_, rows.rows.size());
  if (rows.next_ns)
    load_at_ = from_unix(*rows.next_ns) - horizon;
  else
    on_disk_ = 0; // what is missing was damaged
}

void deferred_set::clear() {
  heap_.clear();
  on_disk_ = 0;
  loading_ = false;
}

std::optional<time_point> deferred_set::next() const {
  std::optional<time_point> result;
  if (!heap_.empty())
    result = heap_.front().due;
  const auto room = std::max(limit_, least_load);
  if (on_disk_ > 0 && !loading_ && heap_.size() <= room / 2)
    result = result ? std::min(*result, load_at_) : load_at_;
  return result;
}

void deferred_set::push(item x, time_point due) {
  heap_.push_back({due, sequence_++, std::move(x)});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

} // namespace cafq::queue
