#pragma once

#include "actors/counting_actor.hpp"
#include "actors/interfaces.hpp"
#include "config/log_pace.hpp"
#include "net/client/client_roll.hpp"
#include "net/loop/end_watch.hpp"
#include "net/loop/tick_timer.hpp"

#include <caf/io/accept_handle.hpp>
#include <caf/io/system_messages.hpp>
#include <caf/io/typed_broker.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
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
                     caf::replies_to<atom::stat>::with<actor_stat>,
                     // INTERNAL: looks whether somebody may go by now.
                     caf::reacts_to<atom::tick>>;

/// How many clients the LISTENER takes on.
struct listener_limits {
  /// Clients at a time. One more ends one of those that `client_roll` names;
  /// if there is none, accepting pauses.
  size_t max_connections = 0;
  /// Of those, clients that have not said anything sensible yet. One more ends
  /// the oldest, so that half-open ones cannot lock out the others.
  size_t max_silent = 0;
  /// Beyond all those, clients that may only ask for health; accepting never
  /// pauses then.
  size_t reserve = 0;
  /// Clients of one address on all ports; 0 is no limit.
  size_t max_per_address = 0;
  /// How long a client has for its first command before it may go.
  queue::duration greeting = std::chrono::seconds{1};
  /// How long a client without heartbeats is silent before it may go.
  queue::duration silence = std::chrono::seconds{2};
  /// Shared by all listeners.
  std::shared_ptr<address_counts> addresses
    = std::make_shared<address_counts>();
};

/// Returns the limits that a limit of open files leaves room for.
/// @param wished --max-connections, 0 = as many as possible.
[[nodiscard]] listener_limits limits_for(size_t open_files, size_t wished);

/// Turns an accepted socket into a connection actor: what differs between the
/// protocols. The connection keeps its entry up to date.
using fork_connection = std::function<stat_actor(
  listener_actor::broker_pointer, caf::io::connection_handle, client_ptr)>;

/// The state of the LISTENER actor.
/// @relates listener
struct listener_state {
  using broker = listener_actor::broker_pointer;

  struct known_client {
    stat_actor actor;
    client_ptr entry;
  };

  explicit listener_state(broker ptr);

  void start(int fd, const listener_limits& allowed);
  /// Takes on a client, and those that wait behind it.
  void accept(caf::io::connection_handle first);
  void accept_one(caf::io::connection_handle handle);
  void greeted(uint64_t id);
  void watch(uint64_t id, const stat_actor& whom, bool on);
  void down(const caf::down_msg& x);
  void tick();
  void stop();

  [[nodiscard]] actor_stat stat() const;

  broker self;
  /// The protocol as the log calls it.
  std::string protocol;
  fork_connection fork;
  listener_limits limits;
  caf::io::accept_handle socket;
  /// Of the socket, which CAF owns.
  int descriptor = -1;
  std::string address;
  /// By actor id, which is also the order they came in.
  std::map<uint64_t, known_client> connections;
  /// Those that were not told to go, but for the next.
  std::optional<client_roll> roll;
  /// Those that may only ask for health.
  std::optional<client_roll> reserve;
  /// Those that have not greeted yet.
  std::map<uint64_t, client_ptr> silent;
  /// What they want to hear the end of.
  end_watch ends;
  uint64_t accepted = 0;
  uint64_t ended = 0;
  uint64_t refused = 0;
  log::pace silent_log;
  log::pace ended_log;
  log::pace refused_log;
  log::pace paused_log;
  tick_timer timer;
  bool paused = false;
  bool stopping = false;

  /// The name in log output.
  static inline const char* name = "listener";

private:
  [[nodiscard]] bool has_too_many(const std::string& address) const;
  [[nodiscard]] client_roll* place_for_one(queue::time_point now);
  [[nodiscard]] bool end_one(client_roll& of, queue::time_point now);
  void end(const client_ptr& x);
  void refuse(caf::io::connection_handle handle, const std::string& address);
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
