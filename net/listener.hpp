#pragma once

#include "net/connection_settings.hpp"
#include "net/nsq_connection.hpp"

#include <caf/io/accept_handle.hpp>
#include <caf/io/typed_broker.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

namespace cafq {

/// How many clients the LISTENER takes on.
struct listener_limits {
  /// Clients at a time; accepting pauses there.
  size_t max_connections = 0;
  /// Of those, clients that have not sent the magic yet. One more ends the
  /// oldest, so that half-open ones cannot lock out the others.
  size_t max_silent = 0;
};

/// Returns the limits that a limit of open files leaves room for.
/// @param wished --max-connections, 0 = as many as possible.
[[nodiscard]] listener_limits limits_for(size_t open_files, size_t wished);

/// The state of the LISTENER actor.
/// @relates listener
struct listener_state {
  using broker = listener_actor::broker_pointer;

  explicit listener_state(broker ptr);

  void accept(caf::io::connection_handle client);
  void greeted(uint64_t id);
  void gone(uint64_t id);
  void stop();

  [[nodiscard]] actor_stat stat() const;

  broker self;
  node_actor node;
  std::shared_ptr<const connection_settings> settings;
  listener_limits limits;
  caf::io::accept_handle socket;
  std::string address;
  /// By actor id, which is also the order they came in.
  std::map<uint64_t, connection_actor> connections;
  /// Those that have not sent the magic yet.
  std::map<uint64_t, connection_actor> silent;
  uint64_t accepted = 0;
  bool paused = false;
  bool stopping = false;

  /// The name in log output.
  static inline const char* name = "listener";

private:
  void pause_or_resume();
};

/// Accepts clients and forks one CONNECTION each, which it outlives.
/// @param fd A listening socket, which the actor takes over.
listener_actor::behavior_type
listener(listener_actor::stateful_broker_pointer<listener_state> self, int fd,
         const node_actor& node, const listener_limits& limits,
         std::shared_ptr<const connection_settings> settings);

} // namespace cafq
