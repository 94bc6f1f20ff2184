#pragma once

#include <atomic>
#include <chrono>

namespace cafq::log {

/// Lets a line that clients can bring about any number of times into the log
/// once a minute. Safe to ask from any thread.
class pace {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Whether the line is due.
  [[nodiscard]] bool due(time_point now) noexcept {
    auto next = next_.load(std::memory_order_relaxed);
    return now >= next && next_.compare_exchange_strong(next, now + interval);
  }

private:
  static constexpr std::chrono::minutes interval{1};

  std::atomic<time_point> next_{time_point::min()};
};

} // namespace cafq::log
