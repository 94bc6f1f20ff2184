#pragma once

#include "actors/counting_actor.hpp"
#include "net/client/listener.hpp"
#include "net/nsq/nsq_connection.hpp"
#include "test/net/frames.hpp"
#include "test/support/broker.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace cafq::test {

using caf::io::connection_handle;

/// Clients that a listener serves over a network without sockets.
struct network : broker {
  network();

  explicit network(const listener_limits& limits);

  network(const network&) = delete;
  network& operator=(const network&) = delete;

  ~network();

  /// Begins anew with another node.
  void listen(const node_actor& with, const listener_limits& limits);

  /// Returns a client that has not said anything.
  connection_handle connect();

  /// Returns a client that has sent the magic.
  connection_handle greet();

  /// Lets bytes arrive, as far as the node reads them.
  void send(connection_handle from, std::string_view bytes);

  void read(connection_handle from);

  /// Returns the bytes the node has not read.
  size_t unread(connection_handle from);

  /// Takes everything that was sent to a client, whose socket then is ready for
  /// more.
  std::string receive_bytes(connection_handle to);

  /// Takes everything that was sent to a client, as `frames_in` shows it.
  std::vector<std::string> receive(connection_handle to);

  std::vector<std::string> talk(connection_handle with, std::string_view text);

  /// Whether the node has closed the socket.
  bool closed(connection_handle x);

  listener_state& listener_data();

  /// Returns what each connection tells about itself.
  std::vector<actor_stat> stats_of_clients();

  /// Whether the node reads what a client sends.
  bool reading(connection_handle x);

  std::shared_ptr<connection_settings> settings
    = std::make_shared<connection_settings>();
  listener_actor listener;
  caf::io::accept_handle acceptor;
  int64_t last_acceptor = 1'000'000;
  int64_t last_client = 2'000'000;
};

using frames = std::vector<std::string>;

} // namespace cafq::test
