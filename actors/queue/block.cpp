#include "actors/queue/block.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>

namespace cafq::queue {

namespace {

std::atomic<size_t> in_memory{0};

} // namespace

block* block::allocate(size_t count, size_t bytes) {
  const auto size = sizeof(block) + (count + 1) * sizeof(entry) + bytes;
  auto* result = new (::operator new(size)) block;
  result->count_ = static_cast<uint32_t>(count);
  in_memory.fetch_add(size, std::memory_order_relaxed);
  return result;
}

void block::destroy() noexcept {
  const auto size = sizeof(block) + (count_ + 1) * sizeof(entry) + bytes();
  in_memory.fetch_sub(size, std::memory_order_relaxed);
  this->~block();
  ::operator delete(this);
}

size_t block::bytes_in_memory() noexcept {
  return in_memory.load(std::memory_order_relaxed);
}

block_ptr
block::make(std::span<const std::string_view> bodies, int64_t timestamp_ns) {
  size_t bytes = 0;
  for (auto body : bodies)
    bytes += body.size();
  block_ptr result{allocate(bodies.size(), bytes)};
  auto* at = result->entries();
  auto* out = const_cast<char*>(result->bodies());
  uint32_t offset = 0;
  uint32_t delta = 0;
  for (auto body : bodies) {
    *at++ = entry{timestamp_ns, offset, delta++, 0};
    std::memcpy(out + offset, body.data(), body.size());
    offset += static_cast<uint32_t>(body.size());
  }
  *at = entry{timestamp_ns, offset, delta, 0};
  return result;
}

block_ptr block::make(std::span<const message_view> messages) {
  size_t bytes = 0;
  for (const auto& x : messages)
    bytes += x.body.size();
  block_ptr result{allocate(messages.size(), bytes)};
  const auto first = messages.front().number;
  assert(messages.back().number - first <= UINT32_MAX);
  result->number_from(first);
  auto* at = result->entries();
  auto* out = const_cast<char*>(result->bodies());
  uint32_t offset = 0;
  for (const auto& x : messages) {
    const auto delta = static_cast<uint32_t>(x.number - first);
    assert(at == result->entries() || delta > at[-1].number_delta);
    *at++ = entry{x.timestamp_ns, offset, delta, x.attempts};
    std::memcpy(out + offset, x.body.data(), x.body.size());
    offset += static_cast<uint32_t>(x.body.size());
  }
  *at = entry{0, offset, 0, 0};
  return result;
}

block_ptr block::extract(const block& from, size_t index) {
  const message_view only{from.number(index), from.timestamp_ns(index),
                          from.attempts(index), from.body(index)};
  return make({&only, 1});
}

std::optional<size_t> block::index_of(uint64_t number) const noexcept {
  const auto delta = number - first_number_;
  const auto* begin = entries();
  const auto* end = begin + count_;
  if (number < first_number_ || delta > end[-1].number_delta)
    return std::nullopt;
  if (end[-1].number_delta == count_ - 1)
    return delta; // no gaps
  const auto* i = std::lower_bound(
    begin, end, delta,
    [](const entry& x, uint64_t y) { return x.number_delta < y; });
  if (i->number_delta != delta)
    return std::nullopt;
  return static_cast<size_t>(i - begin);
}

std::vector<block_ptr>
make_blocks(std::span<const std::string_view> bodies, int64_t timestamp_ns) {
  std::vector<block_ptr> result;
  size_t begin = 0;
  size_t bytes = 0;
  for (size_t i = 0; i < bodies.size(); ++i) {
    const auto full = i - begin == block::max_messages
                      || bytes + bodies[i].size() > block::max_bytes;
    if (full && i > begin) {
      result.push_back(
        block::make(bodies.subspan(begin, i - begin), timestamp_ns));
      begin = i;
      bytes = 0;
    }
    bytes += bodies[i].size();
  }
  if (begin < bodies.size())
    result.push_back(block::make(bodies.subspan(begin), timestamp_ns));
  return result;
}

} // namespace cafq::queue
