#include "test/net/http_network.hpp"

namespace cafq::test {

http_network::http_network() {
  http->sending = sending::without_socket;
  http->node = script;
}

http_network::~http_network() {
  self->send_exit(http_listener, caf::exit_reason::user_shutdown);
  run();
}

connection_handle http_network::visit() {
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

void http_network::leave(connection_handle x) {
  mpx.impl_ptr(x)->io_failure(&mpx, caf::io::network::operation::read);
  run();
}

std::string http_network::get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

std::string
http_network::post(const std::string& target, const std::string& body,
                   const std::string& fields) {
  return "POST " + target + " HTTP/1.1\r\nHost: x\r\n" + fields
         + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string http_network::post_in_chunks(const std::string& target,
                                         const std::string& chunks) {
  return "POST " + target
         + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
         + chunks;
}

std::string http_network::answers(connection_handle to) {
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

std::string http_network::put_at(const std::string& topic) {
  std::string result;
  for (const auto& item : at(topic).puts.at(0).body->items)
    for (size_t i = 0; i < item.body->count(); ++i)
      result += (result.empty() ? "" : " ") + std::string{item.body->body(i)};
  return result;
}

listener_state& http_network::state_of_http() {
  using pointer = counting_broker_pointer<listener_actor, listener_state>;
  auto* ptr = caf::actor_cast<caf::abstract_actor*>(http_listener);
  return dynamic_cast<std::remove_pointer_t<pointer>&>(*ptr).state;
}

size_t http_network::puts_at(const std::string& topic) {
  return known(topic) ? at(topic).puts.size() : 0;
}

} // namespace cafq::test
