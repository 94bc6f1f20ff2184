#pragma once

#include "actors/counting_actor.hpp"
#include "actors/interfaces.hpp"
#include "net/loop/client_socket.hpp"
#include "net/transport/tls_handshake.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::transport::handshake_ptr)

namespace cafq {

/// The HANDSHAKER actor interface: takes the steps of TLS handshakes, whose
/// private keys would hold up the event loop. Its mailbox is bounded by the
/// clients: each has one step under way, and one that waits too long for its
/// first is refused, so that those before it come to their end.
using handshaker_actor = caf::typed_actor<
  // Takes a step, and answers when it is taken.
  caf::replies_to<transport::handshake_ptr>::with<atom::greeted>,
  // Tells about itself.
  caf::replies_to<atom::stat>::with<actor_stat>>;

/// The state of the HANDSHAKER actor.
/// @relates handshaker
struct handshaker_state {
  uint64_t steps = 0;
  uint64_t refused = 0;
  uint64_t failures = 0;

  /// The name in log output.
  static inline const char* name = "handshaker";
};

/// Takes steps of handshakes, one after the other. A step that fails is its
/// client's loss alone. To be spawned detached.
handshaker_actor::behavior_type
handshaker(detached_pointer<handshaker_actor, handshaker_state> self);

/// Has the next step taken, if there is one to take.
/// @param then Called when it is taken, unless `self` has ended.
template <class Self, class F>
void take_step(Self* self, const handshaker_actor& who,
               const transport::handshake_ptr& what, F then) {
  if (!what->begin_step(self->clock().now()))
    return;
  const auto done = [what, then] {
    what->end_step();
    then();
  };
  const auto wait_for = [&](auto answer) {
    answer.then([done](atom::greeted) { done(); },
                [what, done](const caf::error&) {
                  // Nobody takes steps any more.
                  what->refuse();
                  done();
                });
  };
  // Those that have begun come first.
  if (what->first_step())
    wait_for(self->request(who, caf::infinite, what));
  else
    wait_for(self->template request<caf::message_priority::high>(
      who, caf::infinite, what));
}

/// Puts TLS around what is there behind its handshake, which is done.
void go_inside_tls(client_socket& socket, transport::handshake_ptr& handshake);

} // namespace cafq
