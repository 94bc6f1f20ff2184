#pragma once

#include "net/loop/loop_timers.hpp"

#include <optional>
#include <utility>

namespace cafq::test {

/// The timers of an event loop that a test drives, with the test's clock.
class polled_timers : public loop_timers {
public:
  /// Fires those that are due.
  /// @returns false if it is not time for any.
  bool poll(queue::time_point now) {
    if (!due_ || *due_ > now)
      return false;
    due_.reset();
    fire(now);
    return true;
  }

  /// Returns when to call `poll` next, if ever.
  [[nodiscard]] const std::optional<queue::time_point>& due() const noexcept {
    return due_;
  }

protected:
  void wake_at(queue::time_point when) override {
    due_ = when;
  }

private:
  std::optional<queue::time_point> due_;
};

} // namespace cafq::test
