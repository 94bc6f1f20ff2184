#pragma once

#include "actors/interfaces.hpp"
#include "actors/queue/time.hpp"

#include <caf/local_actor.hpp>

#include <cstdint>
#include <optional>

namespace cafq {

/// The part of an actor that its timer sees.
using ticking_actor = caf::typed_actor<caf::reacts_to<atom::tick, uint64_t>>;

/// The one timer of an actor, which has several things to wait for. It is set
/// to the next of them; whoever gets the tick looks what is due and sets it
/// again.
class tick_timer {
public:
  /// @param owner Takes `tick` with a number that `fired` knows.
  explicit tick_timer(caf::local_actor* owner) noexcept : owner_(owner) {
    // nop
  }

  /// Makes sure that a tick comes at `when` or before.
  void set(queue::time_point when);

  /// Says whether the tick with this number is the one that is due; CAF 0.17
  /// cannot cancel those that were replaced.
  [[nodiscard]] bool fired(uint64_t number) noexcept;

private:
  caf::local_actor* owner_;
  std::optional<queue::time_point> due_;
  uint64_t number_ = 0;
};

} // namespace cafq
