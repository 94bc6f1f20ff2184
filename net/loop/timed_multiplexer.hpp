#pragma once

#include "net/loop/loop_timers.hpp"

#include <caf/io/network/default_multiplexer.hpp>

#include <memory>
#include <utility>

namespace cafq::net {

/// CAF's multiplexer with the timers of its actors. They wake it by a
/// descriptor of the kernel, among those of the sockets: no other thread has to
/// run for that.
class timed_multiplexer : public caf::io::network::default_multiplexer,
                          public loop_timers {
public:
  using super = caf::io::network::default_multiplexer;

  explicit timed_multiplexer(caf::actor_system* sys);

  timed_multiplexer(const timed_multiplexer&) = delete;
  timed_multiplexer& operator=(const timed_multiplexer&) = delete;

  ~timed_multiplexer() override;

  supervisor_ptr make_supervisor() override;

protected:
  void wake_at(queue::time_point when) override;

  /// Whether it was woken for timers since the last call.
  [[nodiscard]] bool take_timers_fired() noexcept {
    return std::exchange(timers_fired_, false);
  }

private:
  class alarm;
  class stopping;

  std::unique_ptr<alarm> alarm_;
  bool timers_fired_ = false;
};

} // namespace cafq::net
