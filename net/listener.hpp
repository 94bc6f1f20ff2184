#pragma once

#include "actors/counting_actor.hpp"
#include "actors/interfaces.hpp"
#include "net/end_watch.hpp"

#include <caf/io/accept_handle.hpp>
#include <caf/io/system_messages.hpp>
#include <caf/io/typed_broker.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace cafq {

/// The LISTENER actor interface: accepts clients and forks a connection each.
using listener_actor
  = caf::typed_actor<caf::reacts_to<caf::io::new_connection_msg>,
                     caf::reacts_to<caf::io::acceptor_closed_msg>,
                     // A connection has sent something that makes sense.
                     caf::reacts_to<atom::greeted, uint64_t>,
                     // The connection with this id wants to hear of the end of
                     // a topic or channel (true), as if it monitored it, or no
                     // more.
                     caf::reacts_to<atom::watch, uint64_t, stat_actor, bool>,
                     // Returns all connections.
                     caf::replies_to<atom::list>::with<std::vector<stat_actor>>,
                     // Tells about itself.
                     caf::replies_to<atom::stat>::with<actor_stat>>;

/// How many clients the LISTENER takes on.
struct listener_limits {
  /// Clients at a time; accepting pauses there.
  size_t max_connections = 0;
  /// Of those, clients that have not said anything sensible yet. One more ends
  /// the oldest, so that half-open ones cannot lock out the others.
  size_t max_silent = 0;
};

/// Returns the limits that a limit of open files leaves room for.
/// @param wished --max-connections, 0 = as many as possible.
[[nodiscard]] listener_limits limits_for(size_t open_files, size_t wished);

/// Turns an accepted socket into a connection actor: what differs between the
/// protocols.
using fork_connection = std::function<stat_actor(listener_actor::broker_pointer,
                                                 caf::io::connection_handle)>;

/// The state of the LISTENER actor.
/// @relates listener
struct listener_state {
  using broker = listener_actor::broker_pointer;

  explicit listener_state(broker ptr);

  void accept(caf::io::connection_handle client);
  void greeted(uint64_t id);
  void watch(uint64_t id, const stat_actor& whom, bool on);
  void down(const caf::down_msg& x);
  void stop();

  [[nodiscard]] actor_stat stat() const;

  broker self;
  /// The protocol as the log calls it.
  std::string protocol;
  fork_connection fork;
  listener_limits limits;
  caf::io::accept_handle socket;
  std::string address;
  /// By actor id, which is also the order they came in.
  std::map<uint64_t, stat_actor> connections;
  /// Those that have not greeted yet.
  std::map<uint64_t, stat_actor> silent;
  /// What they want to hear the end of.
  end_watch ends;
  uint64_t accepted = 0;
  bool paused = false;
  bool stopping = false;

  /// The name in log output.
  static inline const char* name = "listener";

private:
  void gone(uint64_t id);
  void pause_or_resume();
};

/// Accepts clients and forks one connection each, which it outlives.
/// @param fd A listening socket, which the actor takes over.
/// @param protocol What the log calls the protocol, e.g. `TCP`.
listener_actor::behavior_type
listener(counting_broker_pointer<listener_actor, listener_state> self, int fd,
         std::string protocol, const listener_limits& limits,
         fork_connection fork);

} // namespace cafq
