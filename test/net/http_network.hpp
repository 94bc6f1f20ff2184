#pragma once

#include "net/http_connection.hpp"
#include "test/net/scripted.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace cafq::test {

/// HTTP clients, beside those of NSQ's protocol, of a node that answers only
/// when the test says so.
struct http_network : scripted_network {
  http_network() {
    http->sending = sending::without_socket;
    http->node = script;
  }

  http_network(const http_network&) = delete;
  http_network& operator=(const http_network&) = delete;

  ~http_network() {
    self->send_exit(http_listener, caf::exit_reason::user_shutdown);
    run();
  }

  /// Returns a client that has not said anything. From the first one on the
  /// settings count.
  connection_handle visit() {
    if (!http_listener) {
      http_acceptor = caf::io::accept_handle::from_int(++last_acceptor);
      http_listener = sys.middleman().spawn_broker(
        cafq::listener, static_cast<int>(last_acceptor), std::string{"HTTP"},
        listener_limits{100, 100}, http_connections(http));
      run();
    }
    const auto result = connection_handle::from_int(++last_client);
    mpx.add_pending_connect(http_acceptor, result);
    mpx.accept_connection(http_acceptor);
    run();
    return result;
  }

  /// Lets a client close its socket.
  void leave(connection_handle x) {
    mpx.impl_ptr(x)->io_failure(&mpx, caf::io::network::operation::read);
    run();
  }

  static std::string get(const std::string& target) {
    return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }

  static std::string post(const std::string& target, const std::string& body,
                          const std::string& fields = "") {
    return "POST " + target + " HTTP/1.1\r\nHost: x\r\n" + fields
           + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n"
           + body;
  }

  static std::string
  post_in_chunks(const std::string& target, const std::string& chunks) {
    return "POST " + target
           + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
           + chunks;
  }

  /// Takes all answers, as status and body: `200 OK, 404 {...}`.
  std::string answers(connection_handle to) {
    std::string result;
    auto text = receive_bytes(to);
    for (std::string_view rest = text; !rest.empty();) {
      const auto head = rest.substr(0, rest.find("\r\n\r\n") + 4);
      rest.remove_prefix(head.size());
      constexpr std::string_view length = "Content-Length: ";
      const auto at = head.find(length);
      const auto size
        = at == head.npos
            ? rest.size() // to the end of the connection
            : std::stoul(std::string{head.substr(at + length.size(), 10)});
      result += (result.empty() ? "" : ", ") + std::string{head.substr(9, 3)};
      if (size > 0)
        result += " " + std::string{rest.substr(0, size)};
      rest.remove_prefix(size);
    }
    return result;
  }

  /// The messages of the oldest put of a topic, joined by blanks.
  std::string put_at(const std::string& topic) {
    std::string result;
    for (const auto& item : at(topic).puts.at(0).body->items)
      for (size_t i = 0; i < item.body->count(); ++i)
        result += (result.empty() ? "" : " ") + std::string{item.body->body(i)};
    return result;
  }

  listener_state& state_of_http() {
    using pointer = counting_broker_pointer<listener_actor, listener_state>;
    auto* ptr = caf::actor_cast<caf::abstract_actor*>(http_listener);
    return dynamic_cast<std::remove_pointer_t<pointer>&>(*ptr).state;
  }

  /// How many puts a topic has not answered.
  size_t puts_at(const std::string& topic) {
    return known(topic) ? at(topic).puts.size() : 0;
  }

  std::shared_ptr<http_settings> http = std::make_shared<http_settings>();
  caf::io::accept_handle http_acceptor;
  listener_actor http_listener;
};

} // namespace cafq::test
