#pragma once

#include "actors/queue/time.hpp"

#include <array>
#include <chrono>
#include <cstddef>

namespace cafq {

/// How often a topic may fail and be started again: what fails again and again
/// does so for a reason that another start does not change.
class restart_limit {
public:
  /// Failures within `window` beyond which it stays down.
  static constexpr size_t most = 5;
  static constexpr queue::duration window = std::chrono::minutes{1};

  /// It has failed.
  /// @returns whether to start it again.
  [[nodiscard]] bool failed(queue::time_point now) noexcept {
    auto& oldest = last_[count_ % most];
    const auto again = count_ < most || now - oldest >= window;
    oldest = now;
    ++count_;
    return again;
  }

  /// Returns how often it has failed.
  [[nodiscard]] size_t count() const noexcept {
    return count_;
  }

private:
  /// When it failed last, in a ring.
  std::array<queue::time_point, most> last_{};
  size_t count_ = 0;
};

} // namespace cafq
