#include "actors/queue/block.hpp"

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
  for (auto body : bodies) {
    *at++ = entry{timestamp_ns, offset};
    std::memcpy(out + offset, body.data(), body.size());
    offset += static_cast<uint32_t>(body.size());
  }
  *at = entry{timestamp_ns, offset};
  return result;
}

block_ptr block::extract(const block& from, size_t index) {
  const auto body = from.body(index);
  auto result = make({&body, 1}, from.timestamp_ns(index));
  result->number(from.first_number() + index);
  return result;
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
