#pragma once

#include "actors/queue/block.hpp"
#include "actors/queue/channel_queue.hpp"

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace cafq::queue {

inline std::ostream& operator<<(std::ostream& out, settled x) {
  constexpr const char* names[] = {"ok", "not_in_flight", "not_owner"};
  return out << names[static_cast<size_t>(x)];
}

} // namespace cafq::queue

namespace cafq::test {

/// What messages of these tests say that they arrived at.
inline constexpr int64_t some_timestamp = 1'700'000'000'000'000'000;

/// Returns a block of messages with these bodies.
inline queue::block_ptr
block_of(uint64_t first_number, const std::vector<std::string>& bodies) {
  const std::vector<std::string_view> views{bodies.begin(), bodies.end()};
  auto result = queue::block::make(views, some_timestamp);
  result->number_from(first_number);
  return result;
}

/// Returns a block of messages with their numbers as bodies.
inline queue::block_ptr numbered(uint64_t first_number, size_t count = 1) {
  std::vector<std::string> bodies;
  for (size_t i = 0; i < count; ++i)
    bodies.push_back(std::to_string(first_number + i));
  return block_of(first_number, bodies);
}

/// Returns the numbers of the messages, in order.
inline std::vector<uint64_t> numbers_of(const std::vector<queue::run>& runs) {
  std::vector<uint64_t> result;
  for (const auto& x : runs)
    for (uint64_t i = 0; i < x.count; ++i)
      result.push_back(x.body->first_number() + x.first + i);
  return result;
}

/// Returns the numbers from `first` to `last`.
inline std::vector<uint64_t> from_to(uint64_t first, uint64_t last) {
  std::vector<uint64_t> result;
  for (auto i = first; i <= last; ++i)
    result.push_back(i);
  return result;
}

} // namespace cafq::test
