#pragma once

#include "net/httpd/http_connection.hpp"
#include "test/net/scripted.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace cafq::test {

/// HTTP clients, beside those of NSQ's protocol, of a node that answers only
/// when the test says so.
struct http_network : scripted_network {
  http_network();

  http_network(const http_network&) = delete;
  http_network& operator=(const http_network&) = delete;

  ~http_network();

  /// Returns a client that has not said anything. From the first one on the
  /// settings count.
  connection_handle visit();

  /// Lets a client close its socket.
  void leave(connection_handle x);

  static std::string get(const std::string& target);

  static std::string post(const std::string& target, const std::string& body,
                          const std::string& fields = "");

  static std::string
  post_in_chunks(const std::string& target, const std::string& chunks);

  /// Takes all answers, as status and body: `200 OK, 404 {...}`.
  std::string answers(connection_handle to);

  /// The messages of the oldest put of a topic, joined by blanks.
  std::string put_at(const std::string& topic);

  listener_state& state_of_http();

  /// How many puts a topic has not answered.
  size_t puts_at(const std::string& topic);

  std::shared_ptr<http_settings> http = std::make_shared<http_settings>();
  caf::io::accept_handle http_acceptor;
  listener_actor http_listener;
};

} // namespace cafq::test
