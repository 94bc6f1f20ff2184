#pragma once

#include "actors/queue/time.hpp"

#include <atomic>
#include <optional>

namespace cafq::net {

/// Whether the event loop's turns are long, as very many clients have something
/// for it: each then reads less at a time. From any thread.
class crowding {
public:
  /// A turn ended that took so long.
  void turn_took(queue::duration x, queue::time_point now) noexcept {
    if (x > long_turn)
      until_.store((now + while_).time_since_epoch().count(),
                   std::memory_order_relaxed);
  }

  [[nodiscard]] bool now(queue::time_point x) const noexcept {
    return x.time_since_epoch().count()
           < until_.load(std::memory_order_relaxed);
  }

private:
  static constexpr auto long_turn = std::chrono::milliseconds{10};
  static constexpr auto while_ = std::chrono::seconds{1};

  std::atomic<queue::duration::rep> until_{0};
};

/// Of the event loop.
inline crowding crowded;

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
