#pragma once

#include "actors/interfaces.hpp"
#include "actors/queue/time.hpp"

#include <boost/intrusive/set_hook.hpp>

#include <caf/io/abstract_broker.hpp>

namespace cafq {

class loop_timers;

/// The part of an actor that its timer sees.
using ticking_actor = caf::typed_actor<caf::reacts_to<atom::tick>>;

/// The one timer of an actor with sockets, which has several things to wait
/// for. It is set to the next of them; whoever gets the tick looks what is due
/// and sets it again. Keeps nobody alive, and is gone with its owner.
class tick_timer : public boost::intrusive::set_base_hook<> {
public:
  /// @param owner Takes `tick`.
  explicit tick_timer(caf::io::abstract_broker* owner) noexcept
    : owner_(owner) {
    // nop
  }

  tick_timer(const tick_timer&) = delete;
  tick_timer& operator=(const tick_timer&) = delete;

  ~tick_timer();

  /// Makes sure that a tick comes at `when` or before, or a moment later (see
  /// `loop_timers`).
  /// @pre On the event loop of the owner, which has `loop_timers`.
  void set(queue::time_point when);

private:
  friend class loop_timers;

  caf::io::abstract_broker* owner_;
  /// Those of the loop; null before the first `set`.
  loop_timers* all_ = nullptr;
  queue::time_point due_{};
};

} // namespace cafq
