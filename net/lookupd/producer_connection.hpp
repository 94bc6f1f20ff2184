#pragma once

#include "actors/client_memory.hpp"
#include "actors/counting_actor.hpp"
#include "actors/lookup/registry_actor.hpp"
#include "net/client/listener.hpp"
#include "net/loop/client_socket.hpp"
#include "net/loop/sending.hpp"
#include "net/loop/tick_timer.hpp"
#include "net/protocol/lookupd_session.hpp"

#include <caf/io/connection_handle.hpp>
#include <caf/io/system_messages.hpp>
#include <caf/io/typed_broker.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cafq {

/// What all connections of nodes go by.
struct producer_settings {
  lookup::registry_actor registry;
  /// The answer to IDENTIFY.
  protocol::lookup_identity identity;
  /// The memory for all that clients make the process hold.
  std::shared_ptr<client_memory> clients = std::make_shared<client_memory>();
  cafq::sending sending = sending::direct;
};

/// The PRODUCER actor interface: a connection of a node to the nsqlookupd that
/// this is. Its memory is bounded by a read, the commands of one, and its
/// answers.
using producer_actor
  = stat_actor::extend<caf::reacts_to<caf::io::new_data_msg>,
                       caf::reacts_to<caf::io::connection_closed_msg>,
                       caf::reacts_to<caf::io::data_transferred_msg>,
                       // INTERNAL: gives back memory that others need.
                       caf::reacts_to<atom::resume>,
                       // INTERNAL: looks for a node that does not read.
                       caf::reacts_to<atom::tick>>;

/// The state of the PRODUCER actor: bytes to commands, commands to REGISTRY,
/// answers to bytes. The commands of one node are carried out in order; while
/// some are under way, no more are read.
/// @relates producer_connection
struct producer_state {
  using broker = producer_actor::broker_pointer;

  explicit producer_state(broker ptr);

  void start(caf::io::connection_handle handle);
  void received(std::string_view bytes);
  void closed_by_peer(caf::io::connection_handle handle);
  void transferred(size_t count);

  /// Others need what is not used.
  void resume();

  void tick();

  /// Closes at once.
  void abort();

  [[nodiscard]] actor_stat stat() const;

  [[nodiscard]] const std::string& peer() const noexcept {
    return socket.peer();
  }

  broker self;
  std::shared_ptr<const producer_settings> settings;
  listener_actor listener;
  /// What the LISTENER knows of this client.
  client_ptr place;
  uint64_t parent = 0;

  /// The name in log output.
  static inline const char* name = "producer";

private:
  void run();
  [[nodiscard]] bool read_commands();
  void answer(const lookup::commands& what, const lookup::outcome& how);
  void end(const std::string& text);
  void flush();
  void account();
  void tell_conduct();
  [[nodiscard]] actor_state situation() const;

public:
  // -- what it has ------------------------------------------------------------

  client_socket socket;
  protocol::lookupd_session session;
  std::unique_ptr<client_share> share;
  /// Those that REGISTRY has.
  lookup::commands_ptr under_way;
  /// What is wrong with what comes behind them.
  std::optional<protocol::violation> wrong;
  /// Whether REGISTRY knows the node.
  bool identified = false;
  bool greeted = false;
  bool peer_done = false;
  /// Whether nothing is read any more, and all that is left is to be sent.
  bool ending = false;
  bool closed = false;
  queue::time_point last_progress{};
  tick_timer timer;
  uint64_t commands = 0;
};

/// Speaks protocol V1 with one node.
producer_actor::behavior_type producer_connection(
  counting_broker_pointer<producer_actor, producer_state> self,
  caf::io::connection_handle handle, const listener_actor& listener,
  const client_ptr& place, std::shared_ptr<const producer_settings> settings);

/// Returns how a LISTENER makes connections of nodes.
[[nodiscard]] fork_connection
producer_connections(std::shared_ptr<const producer_settings> settings);

} // namespace cafq
