#pragma once

#include "actors/payloads.hpp"

#include <cstdint>

namespace cafq {

/// What came to a topic or channel since the start, and what became of it. A
/// topic delivers nothing: all that it holds is `depth`.
struct message_flow {
  uint64_t in = 0;
  uint64_t depth = 0;
  uint64_t in_flight = 0;
  uint64_t deferred = 0;
  uint64_t requeued = 0;
  uint64_t timed_out = 0;

  /// Returns how many messages are still there.
  [[nodiscard]] uint64_t left() const noexcept {
    return depth + in_flight + deferred;
  }
};

/// All zero for any other kind of actor.
[[nodiscard]] inline message_flow flow_of(const actor_stat& x) noexcept {
  message_flow result;
  if (const auto* of = x.figures.find<channel_figures>())
    result = {of->messages, of->depth,    of->in_flight,
              of->deferred, of->requeued, of->timed_out};
  else if (const auto* held = x.figures.find<topic_figures>())
    result = {.in = held->messages, .depth = held->depth};
  return result;
}

} // namespace cafq
