#include "test/net/network.hpp"

namespace cafq::test {

network::network() : network(listener_limits{100, 100}) {
  // nop
}

network::network(const listener_limits& limits) {
  settings->sending = sending::without_socket;
  listen(node, limits);
}

network::~network() {
  self->send_exit(listener, caf::exit_reason::user_shutdown);
  run();
}

void network::listen(const node_actor& with, const listener_limits& limits) {
  if (listener)
    self->send_exit(listener, caf::exit_reason::user_shutdown);
  run();
  acceptor = caf::io::accept_handle::from_int(++last_acceptor);
  listener = sys.middleman().spawn_broker(
    cafq::listener, static_cast<int>(last_acceptor), std::string{"TCP"}, limits,
    nsq_connections(with, settings));
  run();
}

connection_handle network::connect() {
  const auto result = connection_handle::from_int(++last_client);
  mpx.add_pending_connect(acceptor, result);
  mpx.accept_connection(acceptor);
  run();
  return result;
}

connection_handle network::greet() {
  const auto result = connect();
  send(result, "  V2");
  return result;
}

void network::send(connection_handle from, std::string_view bytes) {
  auto& wire = mpx.virtual_network_buffer(from);
  wire.insert(wire.end(), bytes.begin(), bytes.end());
  read(from);
}

void network::read(connection_handle from) {
  do
    run();
  while (mpx.try_read_data(from));
}

size_t network::unread(connection_handle from) {
  return mpx.virtual_network_buffer(from).size();
}

std::string network::receive_bytes(connection_handle to) {
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

std::vector<std::string> network::receive(connection_handle to) {
  return frames_in(receive_bytes(to));
}

std::vector<std::string>
network::talk(connection_handle with, std::string_view text) {
  send(with, text);
  return receive(with);
}

bool network::closed(connection_handle x) {
  return mpx.stopped_reading(x);
}

listener_state& network::listener_data() {
  using pointer = counting_broker_pointer<listener_actor, listener_state>;
  auto* ptr = caf::actor_cast<caf::abstract_actor*>(listener);
  return dynamic_cast<std::remove_pointer_t<pointer>&>(*ptr).state;
}

std::vector<actor_stat> network::stats_of_clients() {
  std::vector<actor_stat> result;
  const auto all = ask<std::vector<stat_actor>>(listener, atom::list_v).value();
  for (const auto& x : all)
    result.push_back(ask<actor_stat>(x, atom::stat_v).value());
  return result;
}

bool network::reading(connection_handle x) {
  return !mpx.passive_mode(x);
}

} // namespace cafq::test
