#pragma once

#include "actors/queue/consumer_set.hpp"
#include "actors/queue/time.hpp"
#include "actors/states.hpp"

#include <cstddef>
#include <cstdint>

namespace cafq {

/// What decides whether a channel delivers. Knows no actors.
struct channel_situation {
  bool paused = false;
  /// Messages came for a queue that has no name on disk yet.
  bool awaiting_id = false;
  /// To know who has what would take more memory than there is.
  bool short_of_memory = false;
  /// Messages that are ready, and how many of them `take` can get at.
  size_t ready = 0;
  size_t at_hand = 0;
  size_t in_flight = 0;
  size_t deferred = 0;
  /// When a consumer was last given something.
  queue::time_point served{};
  /// The STORE, and which consumer has the message that is in flight for
  /// longest; 0 if there is none, or it has gone.
  uint64_t store = 0;
  uint64_t holder = 0;

  // Consumers by what they wait for, and one of each.

  size_t consumers = 0;
  size_t with_credit = 0;
  /// Have as many in flight as their RDY allows.
  size_t used_up = 0;
  uint64_t one_used_up = 0;
  /// Have not read what they were sent.
  size_t not_reading = 0;
  uint64_t one_not_reading = 0;
  uint64_t one_at_zero = 0;

  /// Counts a consumer.
  void add(const queue::consumer& x) noexcept {
    ++consumers;
    if (x.credit() > 0) {
      ++with_credit;
    } else if (x.in_flight < x.rdy) {
      ++not_reading;
      one_not_reading = x.id;
    } else if (x.rdy > 0) {
      ++used_up;
      one_used_up = x.id;
    } else {
      one_at_zero = x.id;
    }
  }
};

/// Says in one word what the channel does, or waits for.
[[nodiscard]] actor_state
state_of(const channel_situation& x, queue::time_point now) noexcept;

/// Says whom it waits for in this state.
[[nodiscard]] awaited waits_for(const channel_situation& x, actor_state state);

} // namespace cafq
