#include "tools/cafqd/settings.hpp"

#include "config/version.hpp"
#include "net/unix_socket.hpp"
#include "tools/cafqd/tls.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace cafq {

namespace {

std::chrono::milliseconds to_ms(std::chrono::nanoseconds x) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(x);
}

/// Returns the port of `host:port`, -1 for a path or nothing.
int port_of(const std::string& address) {
  if (net::is_socket_path(address))
    return -1;
  return std::stoi(address.substr(address.rfind(':') + 1));
}

} // namespace

node_settings to_node_settings(const config::options& x) {
  node_settings result;
  result.mem_queue_size = static_cast<size_t>(x.mem_queue_size);
  result.memory_limit = static_cast<size_t>(x.memory_limit);
  result.max_channel_consumers = static_cast<size_t>(x.max_channel_consumers);
  result.max_msg_timeout = x.max_msg_timeout;
  return result;
}

http_settings
to_http_settings(const config::options& x, const listen_addresses& where) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  http_settings result;
  result.options = x;
  result.limits.max_msg_size = static_cast<uint64_t>(x.max_msg_size);
  result.limits.max_body_size = static_cast<uint64_t>(x.max_body_size);
  result.limits.max_defer_ms = to_ms(x.max_req_timeout).count();
  result.tls_required = tls_required(x) && x.tls_required != "tcp-https";
  result.https_port = std::max(port_of(where.https), 0);
  result.info.tcp_port = port_of(where.tcp);
  result.info.http_port = port_of(where.http);
  result.info.start_time
    = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  result.sources.started
    = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  return result;
}

http_client_settings to_http_client_settings(const config::options& x) {
  http_client_settings result;
  result.connect_timeout = to_ms(x.http_client_connect_timeout);
  result.request_timeout = to_ms(x.http_client_request_timeout);
  result.root_ca_file = x.tls_root_ca_file;
  return result;
}

std::shared_ptr<const connection_settings>
to_connection_settings(const config::options& x,
                       std::shared_ptr<const transport::tls_source> tls,
                       const authorizer_actor& authorizer) {
  auto result = std::make_shared<connection_settings>();
  result->node_id = static_cast<uint16_t>(x.node_id);
  result->max_channel_consumers = static_cast<size_t>(x.max_channel_consumers);

  auto& limits = result->limits;
  limits.max_msg_size = x.max_msg_size;
  limits.max_body_size = x.max_body_size;
  limits.max_rdy_count = x.max_rdy_count;
  limits.max_req_timeout = to_ms(x.max_req_timeout);
  limits.tls_required = tls_required(x);
  limits.auth_enabled = authorizer != nullptr;

  auto& server = result->server;
  server.version = std::string{config::nsqd_version()};
  server.max_rdy_count = x.max_rdy_count;
  server.max_msg_timeout = to_ms(x.max_msg_timeout);
  server.msg_timeout = to_ms(x.msg_timeout);
  server.max_heartbeat_interval = to_ms(x.max_heartbeat_interval);
  server.min_output_buffer_timeout = to_ms(x.min_output_buffer_timeout);
  server.max_output_buffer_timeout = to_ms(x.max_output_buffer_timeout);
  server.output_buffer_timeout = to_ms(x.output_buffer_timeout);
  server.max_output_buffer_size = x.max_output_buffer_size;
  server.max_deflate_level = x.max_deflate_level;
  server.auth_required = authorizer != nullptr;
  server.tls_available = tls != nullptr;
  server.deflate_available = x.deflate;
  server.snappy_available = x.snappy;
  result->tls = std::move(tls);
  result->authorizer = authorizer;
  return result;
}

} // namespace cafq
