#include "actors/queue/block.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>

namespace cafq::queue {

namespace {

std::atomic<size_t> in_memory{0};

std::string_view body_of(std::string_view x) {
  return x;
}

std::string_view body_of(const message_view& x) {
  return x.body;
}

bool are_uniform(std::span<const message_view> messages) {
  const auto& head = messages.front();
  return messages.back().number - head.number == messages.size() - 1
         && std::ranges::all_of(messages, [&](const message_view& x) {
              return x.timestamp_ns == head.timestamp_ns
                     && x.attempts == head.attempts;
            });
}

} // namespace

block* block::allocate(kind what, size_t count, size_t tail_size) {
  CAFQ_CHECK_OR_END(count > 0 && count <= max_messages);
  auto* result = new (::operator new(sizeof(block) + tail_size)) block;
  result->kind_ = what;
  result->count_ = static_cast<uint16_t>(count);
  in_memory.fetch_add(sizeof(block) + tail_size, std::memory_order_relaxed);
  return result;
}

size_t block::tail_size() const noexcept {
  switch (kind_) {
    case kind::plain:
      return table_size() + bytes();
    case kind::joined:
      return (parts_ + size_t{1}) * sizeof(part);
    case kind::without_bodies:
      break;
  }
  return table_size();
}

void block::destroy() noexcept {
  take_off(in_memory, memory());
  if (kind_ == kind::joined)
    for (size_t i = 0; i < parts_; ++i)
      intrusive_ptr_release(parts()[i].body);
  this->~block();
  ::operator delete(this);
}

size_t block::bytes_in_memory() noexcept {
  return in_memory.load(std::memory_order_relaxed);
}

template <class Message>
block_ptr block::make_uniform(std::span<const Message> messages,
                              int64_t timestamp_ns, uint16_t attempts) {
  static_assert(overhead == sizeof(block) + message_overhead);
  size_t bytes = 0;
  for (const auto& x : messages)
    bytes += body_of(x).size();
  block_ptr result{allocate(kind::plain, messages.size(),
                            (messages.size() + 1) * message_overhead + bytes)};
  result->uniform_ = true;
  result->timestamp_ns_ = timestamp_ns;
  result->attempts_ = attempts;
  auto* at = result->offsets();
  auto* out = const_cast<char*>(result->bodies());
  uint32_t offset = 0;
  for (const auto& x : messages) {
    const auto body = body_of(x);
    *at++ = offset;
    std::memcpy(out + offset, body.data(), body.size());
    offset += static_cast<uint32_t>(body.size());
  }
  *at = offset;
  return result;
}

block_ptr
block::make(std::span<const std::string_view> bodies, int64_t timestamp_ns) {
  return make_uniform(bodies, timestamp_ns, 0);
}

block_ptr block::make(std::span<const message_view> messages) {
  const auto& head = messages.front();
  const auto first = head.number;
  CAFQ_CHECK_OR_END(messages.back().number - first <= UINT32_MAX);
  if (are_uniform(messages)) {
    auto result = make_uniform(messages, head.timestamp_ns, head.attempts);
    result->first_number_ = first;
    return result;
  }
  size_t bytes = 0;
  for (const auto& x : messages)
    bytes += x.body.size();
  block_ptr result{allocate(kind::plain, messages.size(),
                            (messages.size() + 1) * sizeof(entry) + bytes)};
  result->first_number_ = first;
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

block_ptr block::join(std::span<const block_ptr> blocks) {
  if (blocks.size() == 1)
    return blocks.front();
  // What was joined before is not joined to the others, but its parts are.
  size_t parts = 0;
  size_t count = 0;
  for (const auto& x : blocks) {
    assert(x->has_bodies());
    x->each_plain([&](const block&) { ++parts; });
    count += x->count();
  }
  block_ptr result{allocate(kind::joined, count, (parts + 1) * sizeof(part))};
  result->parts_ = static_cast<uint16_t>(parts);
  result->first_number_ = blocks.front()->first_number();
  auto* at = result->parts();
  uint32_t messages = 0;
  uint32_t bytes = 0;
  for (const auto& x : blocks)
    x->each_plain([&](const block& y) {
      auto* body = const_cast<block*>(&y);
      assert(messages == 0 || y.first_number() > at[-1].body->last_number());
      intrusive_ptr_add_ref(body);
      *at++ = part{body, messages, bytes};
      messages += static_cast<uint32_t>(y.count());
      bytes += static_cast<uint32_t>(y.bytes());
    });
  *at = part{nullptr, messages, bytes};
  CAFQ_CHECK_OR_END(result->last_number() - result->first_number_
                    <= UINT32_MAX);
  return result;
}

block_ptr block::extract(const block& from, size_t index) {
  const auto only = from.message(index);
  return make({&only, 1});
}

block_ptr block::without_bodies(const block& from) {
  if (from.uniform_) {
    block_ptr result{
      allocate(kind::without_bodies, from.count(), from.table_size())};
    result->uniform_ = true;
    result->attempts_ = from.attempts_;
    result->first_number_ = from.first_number_;
    result->timestamp_ns_ = from.timestamp_ns_;
    std::copy_n(from.offsets(), from.count_ + 1, result->offsets());
    return result;
  }
  block_ptr result{allocate(kind::without_bodies, from.count(),
                            (from.count() + 1) * sizeof(entry))};
  result->first_number_ = from.first_number();
  auto* at = result->entries();
  uint32_t offset = 0;
  from.each_plain([&](const block& x) {
    const auto before
      = static_cast<uint32_t>(x.first_number_ - result->first_number_);
    for (size_t i = 0; i < x.count_; ++i)
      *at++ = entry{x.plain_timestamp_ns(i), x.offset(i) + offset,
                    x.number_delta(i) + before, x.plain_attempts(i)};
    offset += static_cast<uint32_t>(x.bytes());
  });
  *at = entry{0, offset, 0, 0};
  return result;
}

std::pair<const block*, size_t> block::in_part(size_t index) const noexcept {
  const auto* i = std::upper_bound(
    parts(), parts() + parts_, index,
    [](size_t x, const part& y) { return x < y.messages_before; });
  --i;
  return {i->body, index - i->messages_before};
}

std::optional<size_t> block::index_in_parts(uint64_t number) const noexcept {
  const auto* i = std::upper_bound(
    parts(), parts() + parts_, number,
    [](uint64_t x, const part& y) { return x < y.body->first_number_; });
  if (i == parts())
    return std::nullopt;
  --i;
  const auto result = i->body->index_of(number);
  if (!result)
    return std::nullopt;
  return i->messages_before + *result;
}

std::optional<size_t> block::index_of(uint64_t number) const noexcept {
  if (kind_ == kind::joined)
    return index_in_parts(number);
  const auto delta = number - first_number_;
  if (uniform_)
    return number < first_number_ || delta >= count_ ? std::nullopt
                                                     : std::optional{delta};
  const auto* begin = entries();
  const auto* end = begin + count_;
  if (number < first_number_ || delta > end[-1].number_delta)
    return std::nullopt;
  if (end[-1].number_delta + 1 == count_)
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
