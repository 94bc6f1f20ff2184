#pragma once

#include "actors/client_memory.hpp"
#include "actors/interfaces.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <string>

namespace cafq {

/// Logs that a client has to go for its memory, once a minute.
void log_end_for_memory(const std::string& peer);

/// Returns how a connection hears of what `client_memory` wants of it: by
/// message, as it may be in the middle of something.
/// @param of The state of a connection, which outlives its share.
template <class Handle, class State>
client_share::ask asked_for_memory(State& of) {
  return [&of](client_memory::wish what) {
    const Handle me{of.self};
    if (what == client_memory::wish::shrink) {
      caf::anon_send(me, atom::resume_v);
      return;
    }
    log_end_for_memory(of.peer());
    caf::anon_send_exit(me, caf::exit_reason::user_shutdown);
  };
}

} // namespace cafq
