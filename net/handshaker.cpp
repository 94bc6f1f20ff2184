#include "net/handshaker.hpp"

#include "actors/actor_support.hpp"

namespace cafq {

namespace {

/// How long a client may wait for its first step: half of what it has for all.
constexpr auto first_step_patience = std::chrono::milliseconds{2500};

} // namespace

handshaker_actor::behavior_type
handshaker(handshaker_actor::stateful_pointer<handshaker_state> self) {
  log_exceptions(self, "HANDSHAKER");
  return {
    [self](const transport::handshake_ptr& what) {
      auto& st = self->state;
      const auto waited = self->clock().now() - what->begun();
      if (what->first_step() && waited > first_step_patience) {
        ++st.refused;
        what->refuse();
      } else if (what->wanted()) {
        ++st.steps;
        what->step();
      }
      return atom::greeted_v;
    },
    [self](atom::stat) {
      auto result = stat_of(self, "handshaker", "TLS", 0);
      result.counters = {{"steps", self->state.steps},
                         {"refused", self->state.refused}};
      return result;
    },
  };
}

} // namespace cafq
