#pragma once

#include "actors/queue/channel_queue.hpp"

#include <chrono>
#include <cstdint>

namespace cafq::queue {

/// One message as a reader of the headers would write it down: what models of a
/// queue are made of.
struct message_life {
  enum class state : uint8_t { unread, requeued, in_flight, deferred };

  state at = state::unread;
  uint16_t attempts = 0;
  consumer_id owner = 0;
  time_point delivered{};
  /// When it times out or is due.
  time_point deadline{};
  /// Orders those with equal deadlines.
  uint64_t stamp = 0;
};

/// When a message in flight is found to be overdue.
inline time_point found_at(time_point deadline) {
  constexpr auto grain = deadline_index::granularity;
  const auto ns = deadline.time_since_epoch();
  return time_point{(ns + grain - std::chrono::nanoseconds{1}) / grain * grain};
}

} // namespace cafq::queue
