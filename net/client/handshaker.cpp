#include "net/client/handshaker.hpp"

#include "actors/actor_support.hpp"

#include <exception>

namespace cafq {

namespace {

/// How long a client may wait for its first step: half of what it has for all.
constexpr auto first_step_patience = std::chrono::milliseconds{2500};

/// Takes a step. What goes wrong with one client, for want of memory say, must
/// not keep all others out.
/// @returns whether it was taken.
bool take(transport::tls_handshake& what) {
  try {
    what.step();
    return true;
  } catch (const std::exception& ex) {
    log::error("HANDSHAKER: a step failed - {}", ex.what());
    what.refuse();
    return false;
  }
}

actor_stat
stat_of_shaker(detached_pointer<handshaker_actor, handshaker_state> self) {
  auto result = stat_of(self, actor_state::handshaker_idle, "TLS", 0);
  if (result.mailbox > 0)
    result.is(actor_state::handshaker_busy);
  const auto& st = self->state;
  result.figures = handshaker_figures{
    .steps = st.steps,
    .refused = st.refused,
    .failures = st.failures,
  };
  return result;
}

} // namespace

handshaker_actor::behavior_type
handshaker(detached_pointer<handshaker_actor, handshaker_state> self) {
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
        st.failures += uint64_t{!take(*what)};
      }
      return atom::greeted_v;
    },
    [self](atom::stat) { return stat_of_shaker(self); },
  };
}

void go_inside_tls(client_socket& socket, transport::handshake_ptr& handshake) {
  socket.push_tls(handshake->take_stream(), handshake->rest());
  handshake.reset();
  if (const auto& weakness = socket.tls()->weakness(); !weakness.empty())
    log::warn("TLS: [{}] {}", socket.peer(), weakness);
}

} // namespace cafq
