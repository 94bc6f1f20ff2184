#pragma once

#include "actors/counting_actor.hpp"
#include "actors/interfaces.hpp"
#include "net/loop/tick_timer.hpp"
#include "net/protocol/lookup_session.hpp"

#include <caf/io/connection_handle.hpp>
#include <caf/io/system_messages.hpp>
#include <caf/io/typed_broker.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cafq {

/// The LOOKUP PEER actor interface: one nsqlookupd. What it is told while there
/// is no connection is dropped: DISCOVERY tells it everything when there is
/// one.
using lookup_peer_actor
  = topology_actor::extend<caf::reacts_to<caf::io::new_data_msg>,
                           caf::reacts_to<caf::io::connection_closed_msg>,
                           caf::reacts_to<caf::io::data_transferred_msg>,
                           // Tells about itself.
                           caf::replies_to<atom::stat>::with<actor_stat>,
                           // INTERNAL: looks what is due.
                           caf::reacts_to<atom::tick>>;

/// The state of the LOOKUP PEER actor:
///
///   dialing --> connected (greeting, then ready) --> resting --> dialing ...
///      `----------------------------------------------^
/// @relates lookup_peer
struct lookup_peer_state {
  using broker = lookup_peer_actor::broker_pointer;
  using handle = caf::io::connection_handle;

  explicit lookup_peer_state(broker ptr);

  // -- from the socket --------------------------------------------------------

  void received(handle from, std::string_view bytes);
  void closed(handle which);
  void transferred(handle which, size_t count);

  // -- from others ------------------------------------------------------------

  /// @param channel Empty for the topic itself.
  void announce(std::string_view topic, std::string_view channel, bool exists);

  void dial();
  void tick();
  void stop();

  [[nodiscard]] actor_stat stat() const;

  broker self;
  std::string address;
  protocol::lookup_identity identity;
  discovery_actor discovery;
  uint64_t parent = 0;

  /// The name in log output.
  static inline const char* name = "lookup_peer";

private:
  enum class phase : uint8_t { resting, dialing, connected };

  [[nodiscard]] actor_state situation() const;
  void on_dialed();
  void flush();
  void lost(const std::string& why);
  void leave();
  void look();
  void arm();

  phase phase_ = phase::resting;
  /// The socket, or what tells of it while `dialing`.
  handle hdl_;
  int fd_ = -1;
  std::string dialed_;
  protocol::lookup_session session_;
  /// Bytes given to CAF that have not left yet.
  size_t pending_ = 0;
  queue::duration backoff_{};
  queue::time_point dial_at_{};
  queue::time_point ping_at_{};
  /// When the oldest command without an answer was sent, or bytes last came.
  queue::time_point waiting_since_{};
  tick_timer timer_;

  // Since the start, for the stats.
  uint64_t dials_ = 0;
  uint64_t connects_ = 0;
  uint64_t commands_ = 0;
};

/// Keeps one nsqlookupd informed, and reconnects for ever.
/// @param address `host:port`.
lookup_peer_actor::behavior_type
lookup_peer(counting_broker_pointer<lookup_peer_actor, lookup_peer_state> self,
            std::string address, protocol::lookup_identity identity,
            const discovery_actor& discovery);

} // namespace cafq
