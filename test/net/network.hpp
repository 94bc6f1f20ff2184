#pragma once

#include "actors/counting_actor.hpp"
#include "net/listener.hpp"
#include "net/nsq_connection.hpp"
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
  network() : network(listener_limits{100, 100}) {
    // nop
  }

  explicit network(const listener_limits& limits) {
    settings->sending = sending::without_socket;
    listen(node, limits);
  }

  network(const network&) = delete;
  network& operator=(const network&) = delete;

  ~network() {
    self->send_exit(listener, caf::exit_reason::user_shutdown);
    run();
  }

  /// Begins anew with another node.
  void listen(const node_actor& with, const listener_limits& limits) {
    if (listener)
      self->send_exit(listener, caf::exit_reason::user_shutdown);
    run();
    acceptor = caf::io::accept_handle::from_int(++last_acceptor);
    listener = sys.middleman().spawn_broker(
      cafq::listener, static_cast<int>(last_acceptor), std::string{"TCP"},
      limits, nsq_connections(with, settings));
    run();
  }

  /// Returns a client that has not said anything.
  connection_handle connect() {
    const auto result = connection_handle::from_int(++last_client);
    mpx.add_pending_connect(acceptor, result);
    mpx.accept_connection(acceptor);
    run();
    return result;
  }

  /// Returns a client that has sent the magic.
  connection_handle greet() {
    const auto result = connect();
    send(result, "  V2");
    return result;
  }

  /// Lets bytes arrive, as far as the node reads them.
  void send(connection_handle from, std::string_view bytes) {
    auto& wire = mpx.virtual_network_buffer(from);
    wire.insert(wire.end(), bytes.begin(), bytes.end());
    read(from);
  }

  void read(connection_handle from) {
    do
      run();
    while (mpx.try_read_data(from));
  }

  /// Returns the bytes the node has not read.
  size_t unread(connection_handle from) {
    return mpx.virtual_network_buffer(from).size();
  }

  /// Takes everything that was sent to a client, whose socket then is ready for
  /// more.
  std::string receive_bytes(connection_handle to) {
    std::string result;
    for (run();; read(to)) {
      auto& out = mpx.output_buffer(to);
      if (out.empty())
        return result;
      const auto size = out.size();
      result.append(out.begin(), out.end());
      out.clear();
      // A socket that was closed in between has nobody to tell.
      if (!closed(to))
        mpx.impl_ptr(to)->data_transferred(&mpx, size, 0);
    }
  }

  /// Takes everything that was sent to a client, as `frames_in` shows it.
  std::vector<std::string> receive(connection_handle to) {
    return frames_in(receive_bytes(to));
  }

  std::vector<std::string> talk(connection_handle with, std::string_view text) {
    send(with, text);
    return receive(with);
  }

  /// Whether the node has closed the socket.
  bool closed(connection_handle x) {
    return mpx.stopped_reading(x);
  }

  listener_state& listener_data() {
    using pointer = counting_broker_pointer<listener_actor, listener_state>;
    auto* ptr = caf::actor_cast<caf::abstract_actor*>(listener);
    return dynamic_cast<std::remove_pointer_t<pointer>&>(*ptr).state;
  }

  /// Whether the node reads what a client sends.
  bool reading(connection_handle x) {
    return !mpx.passive_mode(x);
  }

  std::shared_ptr<connection_settings> settings
    = std::make_shared<connection_settings>();
  listener_actor listener;
  caf::io::accept_handle acceptor;
  int64_t last_acceptor = 1'000'000;
  int64_t last_client = 2'000'000;
};

using frames = std::vector<std::string>;

} // namespace cafq::test
