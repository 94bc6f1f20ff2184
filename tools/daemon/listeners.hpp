#pragma once

#include "net/client/listener.hpp"

#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scoped_actor.hpp>

#include <cstddef>

namespace cafq {

/// Ends an actor, if there is one, and waits until it is gone.
template <class Handle>
void end(caf::actor_system& sys, const Handle& x) {
  if (!x)
    return;
  caf::scoped_actor self{sys};
  self->monitor(x);
  self->send_exit(x, caf::exit_reason::user_shutdown);
  self->receive([](const caf::down_msg&) {});
}

/// HTTP clients are few; their share of the files is set apart, so that neither
/// kind of client can lock out the other. Those that were answered owe nothing.
[[nodiscard]] listener_limits http_limits(size_t files);

/// Returns the files that the clients of a port may have.
[[nodiscard]] size_t files_for(const listener_limits& x);

} // namespace cafq
