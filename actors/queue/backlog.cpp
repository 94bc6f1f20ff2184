#include "actors/queue/backlog.hpp"

#include "actors/queue/block_packer.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace cafq::queue {

namespace {

/// However small the memory queue is, reading less at a time does not pay.
constexpr size_t least_read = 2 * block::max_messages;

/// However large the memory queue is, more is not read while so many bytes are
/// in memory.
constexpr size_t enough_bytes = size_t{4} << 20U;

} // namespace

void backlog::put(block_ptr body, bool hold, store_orders& out) {
  const auto count = body->count();
  if (!spilled() && hold && in_memory_ + count <= limit_) {
    in_memory_ += count;
    bytes_in_memory_ += body->bytes();
    memory_.push_back({{std::move(body), {}}, false});
    return;
  }
  if (in_tail_ + count > block::max_messages
      || tail_bytes_ + body->bytes() > block::max_bytes)
    flush(out);
  in_tail_ += count;
  tail_bytes_ += body->bytes();
  tail_.push_back(std::move(body));
  if (limit_ == 0 || in_tail_ >= block::max_messages
      || tail_bytes_ >= block::max_bytes)
    flush(out);
}

std::optional<int64_t> backlog::first_ns() const {
  if (memory_.empty())
    return on_disk_ > 0 || reading_ || tail_.empty()
             ? std::nullopt
             : std::optional{tail_.front()->timestamp_ns(0)};
  const auto& x = memory_.front();
  size_t i = 0;
  while (i + 1 < x.body->count() && x.progress.finished[i])
    ++i;
  return x.body->timestamp_ns(i);
}

std::optional<backlog_block> backlog::pop() {
  if (memory_.empty() && on_disk_ == 0 && !reading_) {
    // The store is used up: what has just come need not pass through it.
    for (auto& x : std::exchange(tail_, {}))
      memory_.push_back({{std::move(x), {}}, false});
    in_memory_ += std::exchange(in_tail_, 0);
    bytes_in_memory_ += std::exchange(tail_bytes_, 0);
  }
  if (memory_.empty())
    return std::nullopt;
  auto result = std::move(memory_.front());
  memory_.pop_front();
  assert(in_memory_ >= result.unfinished()
         && bytes_in_memory_ >= result.body->bytes());
  in_memory_ -= result.unfinished();
  bytes_in_memory_ -= result.body->bytes();
  return result;
}

void backlog::put_stored(block_ptr body, bool hold, store_orders& out) {
  const auto count = body->count();
  if (!spilled() && hold && in_memory_ + count <= limit_) {
    in_memory_ += count;
    bytes_in_memory_ += body->bytes();
    memory_.push_back({{std::move(body), {}}, true});
    return;
  }
  flush(out);
  spill_from(*body);
  on_disk_ += count;
}

void backlog::flush(store_orders& out) {
  if (tail_.empty())
    return;
  spill_from(*tail_.front());
  block_packer packer;
  for (auto& x : std::exchange(tail_, {}))
    packer.add(std::move(x));
  for (auto& x : packer.take())
    out.keep.push_back({std::move(x), {}});
  out.unplaced += in_tail_;
  on_disk_ += std::exchange(in_tail_, 0);
  tail_bytes_ = 0;
}

/// From here on the store has what memory has not.
void backlog::spill_from(const block& first) noexcept {
  if (on_disk_ == 0)
    cursor_ = std::max(cursor_, std::max(first.first_number(), 1UL) - 1);
}

void backlog::keep_copies(uint64_t after, uint64_t mark, store_orders& out) {
  const auto begin = std::partition_point(
    memory_.begin(), memory_.end(),
    [=](const auto& x) { return x.body->last_number() <= after; });
  const auto end = std::partition_point(
    begin, memory_.end(),
    [=](const auto& x) { return x.body->last_number() <= mark; });
  std::vector<backlog_block> packed;
  block_packer packer;
  const auto write = [&] {
    for (auto& x : packer.take()) {
      out.keep.push_back({x, {}});
      packed.push_back({{std::move(x), {}}, true});
    }
  };
  for (auto i = begin; i != end; ++i) {
    if (!i->stored) {
      packer.add(i->body);
      continue;
    }
    // None may reach over it: they come back in the order of their firsts.
    write();
    packed.push_back(std::move(*i));
  }
  write();
  memory_.erase(std::move(packed.begin(), packed.end(), begin), end);
}

void backlog::shed(store_orders& out) {
  flush(out);
  for (const auto& x : memory_)
    if (!x.stored && !reading_)
      out.unplaced += x.unfinished();
  keep_copies(0, std::numeric_limits<uint64_t>::max(), out);
  if (reading_ || memory_.empty())
    return;
  cursor_ = std::max(memory_.front().body->first_number(), uint64_t{1}) - 1;
  memory_.clear();
  on_disk_ += std::exchange(in_memory_, 0);
  bytes_in_memory_ = 0;
}

std::optional<read_request> backlog::wanted(uint64_t newest, size_t spare) {
  const auto room = std::max(limit_, least_read);
  const auto enough = spare > block::max_bytes ? room / 2 : 0;
  if (reading_ || on_disk_ == 0 || in_memory_ > enough
      || bytes_in_memory_ >= enough_bytes)
    return std::nullopt;
  reading_ = true;
  return read_request{cursor_, newest, room - in_memory_,
                      std::clamp(spare, size_t{1}, enough_bytes)};
}

void backlog::loaded(std::vector<stored_block> blocks) {
  if (!std::exchange(reading_, false))
    return;
  if (blocks.empty()) {
    // What is missing was damaged; the store has set it aside.
    on_disk_ = 0;
    return;
  }
  for (auto& x : blocks) {
    const auto count = x.unfinished();
    cursor_ = x.body->first_number();
    on_disk_ -= std::min(on_disk_, count);
    in_memory_ += count;
    bytes_in_memory_ += x.body->bytes();
    memory_.push_back({std::move(x), true});
  }
}

void backlog::clear() {
  memory_.clear();
  tail_.clear();
  in_memory_ = bytes_in_memory_ = on_disk_ = in_tail_ = tail_bytes_ = 0;
  reading_ = false;
}

bool backlog::invariant() const {
  size_t messages = 0;
  size_t bytes = 0;
  uint64_t last = 0;
  for (const auto& x : memory_) {
    if (!x.body->has_bodies() || x.body->first_number() < last)
      return false;
    last = x.body->first_number();
    messages += x.unfinished();
    bytes += x.body->bytes();
  }
  size_t tail = 0;
  size_t tail_bytes = 0;
  for (const auto& x : tail_) {
    tail += x->count();
    tail_bytes += x->bytes();
  }
  return in_memory_ == messages && bytes_in_memory_ == bytes && in_tail_ == tail
         && tail_bytes_ == tail_bytes;
}

} // namespace cafq::queue
