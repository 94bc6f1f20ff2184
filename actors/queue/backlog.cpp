#include "actors/queue/backlog.hpp"

#include <algorithm>
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
  in_memory_ -= result.unfinished();
  bytes_in_memory_ -= result.body->bytes();
  return result;
}

void backlog::flush(store_orders& out) {
  if (tail_.empty())
    return;
  out.keep.push_back(
    {tail_.size() == 1 ? std::move(tail_.front()) : pack(tail_), {}});
  on_disk_ += std::exchange(in_tail_, 0);
  tail_.clear();
  tail_bytes_ = 0;
}

void backlog::save(store_orders& out) {
  std::vector<block_ptr> together;
  size_t count = 0;
  size_t bytes = 0;
  const auto write = [&] {
    if (!together.empty())
      out.keep.push_back(
        {together.size() == 1 ? together.front() : pack(together), {}});
    together.clear();
    count = bytes = 0;
  };
  for (auto& x : memory_) {
    if (std::exchange(x.stored, true)) {
      // None may reach over it: they come back in the order of their firsts.
      write();
      continue;
    }
    if (count + x.body->count() > block::max_messages
        || bytes + x.body->bytes() > block::max_bytes)
      write();
    count += x.body->count();
    bytes += x.body->bytes();
    together.push_back(x.body);
  }
  write();
  flush(out);
}

std::optional<read_request> backlog::wanted() {
  const auto room = std::max(limit_, least_read);
  if (reading_ || on_disk_ == 0 || in_memory_ > room / 2
      || bytes_in_memory_ >= enough_bytes)
    return std::nullopt;
  reading_ = true;
  return read_request{cursor_, room - in_memory_};
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

block_ptr pack(const std::vector<block_ptr>& blocks) {
  std::vector<message_view> messages;
  for (const auto& x : blocks)
    for (size_t i = 0; i < x->count(); ++i)
      messages.push_back(x->message(i));
  return block::make(messages);
}

} // namespace cafq::queue
