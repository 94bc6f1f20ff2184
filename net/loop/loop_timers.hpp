#pragma once

#include "actors/queue/time.hpp"
#include "net/loop/tick_timer.hpp"

#include <boost/intrusive/set.hpp>

#include <cstddef>
#include <optional>

namespace cafq {

/// The timers of all actors on one event loop, in the order they are due. CAF
/// 0.17 has a thread for that, which wakes the loop once for each, and keeps an
/// actor that has ended until its timer would have fired.
///
/// Those that come due within a moment fire in one turn: with thousands of
/// quiet clients the loop is woken a few times a second, and each time has
/// several heartbeats to send.
class loop_timers {
public:
  loop_timers() = default;

  loop_timers(const loop_timers&) = delete;
  loop_timers& operator=(const loop_timers&) = delete;

  virtual ~loop_timers();

  /// Lets a timer fire at `when`, instead of when it was to.
  void set(tick_timer& x, queue::time_point when);

  /// @pre The timer is set.
  void cancel(tick_timer& x) noexcept;

  /// Sends `tick` to those whose time has come. Called when `wake_at` asked for
  /// it, or at any time.
  void fire(queue::time_point now);

  /// Returns how many are set.
  [[nodiscard]] size_t count() const noexcept {
    return timers_.size();
  }

protected:
  /// Asks for a call of `fire` at this time, instead of when asked for before.
  virtual void wake_at(queue::time_point when) = 0;

private:
  struct by_due {
    bool operator()(const tick_timer& x, const tick_timer& y) const noexcept;
  };

  void arm();

  boost::intrusive::multiset<tick_timer, boost::intrusive::compare<by_due>>
    timers_;
  /// What `wake_at` was asked for last, until then.
  std::optional<queue::time_point> armed_;
  /// The next turn is not to come before.
  queue::time_point next_turn_{};
};

} // namespace cafq
