#pragma once

#include "actors/actor_support.hpp"
#include "net/client/listener.hpp"

#include <caf/io/connection_handle.hpp>
#include <caf/io/system_messages.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

// What the actors of all kinds of connections do alike with their sockets.

namespace cafq {

/// Begins: fills in what the state of any connection has.
/// @param who What the log calls it.
template <class Self, class Settings>
void start_connection(Self* self, caf::io::connection_handle handle,
                      const listener_actor& listener, const client_ptr& place,
                      std::shared_ptr<const Settings> settings,
                      std::string who) {
  auto& st = self->state;
  st.listener = listener;
  st.parent = listener.id();
  st.place = place;
  st.settings = std::move(settings);
  st.start(handle);
  log_exceptions(self, std::move(who));
  self->set_exit_handler([self](const caf::exit_msg&) { self->state.abort(); });
}

// Handlers of what CAF tells of the socket.

template <class Self>
auto on_bytes(Self* self) {
  return one_way([self](const caf::io::new_data_msg& x) {
    self->state.received({x.buf.data(), x.buf.size()});
  });
}

template <class Self>
auto on_closed(Self* self) {
  return [self](const caf::io::connection_closed_msg& x) {
    self->state.closed_by_peer(x.handle);
  };
}

template <class Self>
auto on_transferred(Self* self) {
  return one_way([self](const caf::io::data_transferred_msg& x) {
    self->state.transferred(x.written);
  });
}

/// Returns how a LISTENER makes connections that are run by `connection`.
/// @param more Its parameters behind those of any connection.
template <class Connection, class... Ts>
fork_connection forks(Connection connection, Ts... more) {
  return [=](listener_actor::broker_pointer parent,
             caf::io::connection_handle client,
             const client_ptr& place) -> stat_actor {
    // CAF 0.17 forwards the arguments of fork twice, so none may be a
    // temporary.
    const listener_actor me{parent};
    return parent->fork(connection, client, me, place, more...);
  };
}

} // namespace cafq
