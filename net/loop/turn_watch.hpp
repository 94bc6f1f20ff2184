#pragma once

#include "actors/queue/time.hpp"

#include <optional>

namespace cafq::net {

/// Finds long turns of an event loop: those that keep all clients waiting for
/// one. To ask the kernel for the CPU time of a thread costs as much as a short
/// turn, so short ones are looked at together: what is found is too long by
/// `least_interval` at most.
class turn_watch {
public:
  static constexpr auto least_interval = std::chrono::microseconds{250};
  static constexpr auto long_turn = std::chrono::milliseconds{1};

  /// Called at the end of every turn.
  /// @param thread_time Returns what the thread has used of a processor so far.
  /// @returns how much of it the turn used, if that was long.
  template <class F>
  std::optional<queue::duration>
  turn_ended(queue::time_point now, F&& thread_time) {
    if (now - looked_ < least_interval)
      return std::nullopt;
    looked_ = now;
    const queue::duration used = thread_time();
    const auto result = used - used_;
    used_ = used;
    return result > long_turn ? std::optional{result} : std::nullopt;
  }

private:
  queue::time_point looked_{};
  queue::duration used_{};
};

} // namespace cafq::net
