#include "tools/cafqd/settings.hpp"

#include "config/go_duration.hpp"
#include "config/identity.hpp"
#include "config/secrets.hpp"
#include "config/version.hpp"
#include "net/loop/unix_socket.hpp"
#include "tools/cafqd/tls.hpp"
#include "tools/daemon/door.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace cafq {

namespace {

std::chrono::milliseconds to_ms(std::chrono::nanoseconds x) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(x);
}

sending to_sending(const config::options& x) {
  return use_stock_io(x) ? sending::by_caf : sending::direct;
}

bool plain_http_refused(const config::options& x) {
  return tls_required(x) && x.tls_required != config::tls_need::all_but_http;
}

} // namespace

bool use_stock_io(const config::options& x) {
  return x.event_loop == config::event_loop_kind::caf;
}

std::string describe_sync(const config::options& x) {
  auto result = "mode " + std::string{to_string(x.sync)};
  if (to_sync_policy(x).has(config::sync_mode::interval))
    result += ", interval " + config::to_go_duration(x.sync_interval);
  for (const auto& rule : x.topic_sync)
    result += ", " + rule;
  return result;
}

store_options to_store_options(const config::options& x) {
  store_options result;
  result.max_backlog_bytes = static_cast<uint64_t>(x.max_backlog_bytes);
  return result;
}

node_settings to_node_settings(const config::options& x) {
  node_settings result;
  result.mem_queue_size = static_cast<size_t>(x.mem_queue_size);
  result.memory_limit = static_cast<size_t>(x.memory_limit);
  result.max_topics = static_cast<size_t>(x.max_topics);
  result.max_channels_per_topic = static_cast<size_t>(x.max_channels_per_topic);
  result.max_channel_consumers = static_cast<size_t>(x.max_channel_consumers);
  result.max_msg_timeout = x.max_msg_timeout;
  result.sync
    = std::make_shared<config::sync_policy>(config::to_sync_policy(x));
  result.sync_interval = x.sync_interval;
  if (!x.e2e_processing_latency_percentile.empty())
    result.latency_window = x.e2e_processing_latency_window_time;
  return result;
}

std::string
warn_of_open_doors(const config::options& x, const listen_addresses& where) {
  std::string doors;
  const auto add = [&doors](const char* protocol, const std::string& address) {
    if (address.empty() || net::is_loopback(address))
      return;
    doors += doors.empty() ? "" : " and ";
    doors += protocol + (" " + address);
  };
  if (!tls_required(x) && x.auth_http_address.empty())
    add("TCP", where.tcp);
  if (!plain_http_refused(x) && !x.http_auth_required)
    add("HTTP", where.http);
  if (doors.empty())
    return {};
  return doors
         + ": open to the network without TLS and AUTH, whoever gets there may "
           "publish, read and delete (OPERATIONS.md: A closed node)";
}

std::string warn_of_large_messages(const config::options& x) {
  // What queues are asked to give up leaves room for as much.
  const auto carried = x.memory_limit / 4 * 3;
  if (x.max_msg_size <= carried)
    return {};
  const auto mib = [](int64_t bytes) {
    constexpr int64_t mebibyte = int64_t{1} << 20;
    return std::to_string((bytes + mebibyte - 1) / mebibyte) + " MiB";
  };
  return "--max-msg-size is " + mib(x.max_msg_size)
         + ", but with --memory-limit at " + mib(x.memory_limit)
         + " messages beyond " + mib(carried)
         + " may find no room, and those beyond the limit are refused: "
           "it takes a limit of "
         + mib(x.max_msg_size / 3 * 4 + 4) + " to carry them";
}

http_settings
to_http_settings(const config::options& x, const listen_addresses& where) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  http_settings result;
  result.options = config::without_secrets(x);
  result.sending = to_sending(x);
  result.admin_topic = x.http_admin_topic;
  auto names = x.http_allowed_hosts;
  names.push_back(config::hostname());
  names.push_back(x.broadcast_address);
  result.guard = http::browser_guard{names};
  result.limits.max_msg_size
    = static_cast<uint64_t>(std::min(x.max_msg_size, x.memory_limit));
  result.limits.max_body_size
    = static_cast<uint64_t>(std::min(x.max_body_size, x.memory_limit));
  result.limits.max_defer_ms = to_ms(x.max_req_timeout).count();
  result.tls_required = plain_http_refused(x);
  result.https_port = std::max(port_of(where.https), 0);
  result.info.tcp_port = port_of(where.tcp);
  result.info.http_port = port_of(where.http);
  result.info.start_time
    = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  return result;
}

http_client_settings to_http_client_settings(const config::options& x) {
  http_client_settings result;
  result.connect_timeout = to_ms(x.http_client_connect_timeout);
  result.request_timeout = to_ms(x.http_client_request_timeout);
  result.root_ca_file = x.tls_root_ca_file;
  return result;
}

discovery_settings
to_discovery_settings(const config::options& x, const std::string& tcp_address,
                      const std::string& http_address) {
  discovery_settings result;
  result.addresses = x.lookupd_tcp_address;
  auto& who = result.identity;
  who.broadcast_address = x.broadcast_address;
  who.hostname = config::hostname();
  who.tcp_port = x.broadcast_tcp_port > 0 ? x.broadcast_tcp_port
                                          : std::max(port_of(tcp_address), 0);
  who.http_port = x.broadcast_http_port > 0
                    ? x.broadcast_http_port
                    : std::max(port_of(http_address), 0);
  who.version = config::nsqd_version();
  return result;
}

statsd_settings
to_statsd_settings(const config::options& x, int64_t http_port) {
  statsd_settings result;
  result.address = x.statsd_address;
  result.interval = x.statsd_interval;
  auto& format = result.format;
  format.prefix = statsd_prefix(x.statsd_prefix, x.broadcast_address,
                                http_port);
  format.memory = x.statsd_mem_stats;
  format.exclude_ephemeral = x.statsd_exclude_ephemeral;
  format.packet_size = static_cast<size_t>(x.statsd_udp_packet_size);
  return result;
}

collector_sources to_sources(const config::options& x) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  collector_sources result;
  result.started
    = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  result.own_thread = true;
  result.most_text = std::min(result.most_text,
                              static_cast<size_t>(x.memory_limit) / 4);
  result.history_memory
    = static_cast<size_t>(std::min(x.history_memory, x.memory_limit / 8));
  result.quantiles = x.e2e_processing_latency_percentile;
  std::sort(result.quantiles.rbegin(), result.quantiles.rend());
  return result;
}

std::shared_ptr<body_budgets> to_body_budgets(const config::options& x) {
  // The quarter beyond what makes queues spill.
  return std::make_shared<body_budgets>(static_cast<size_t>(x.memory_limit)
                                        / 4);
}

std::shared_ptr<client_memory> to_client_memory(const config::options& x) {
  // Less would end clients that do nothing unusual.
  constexpr size_t least = size_t{8} << 20U;
  const auto limit = static_cast<size_t>(x.memory_limit);
  return std::make_shared<client_memory>(std::max(limit / 4, least));
}

std::shared_ptr<connection_settings>
to_connection_settings(const config::options& x,
                       std::shared_ptr<const transport::tls_source> tls,
                       const authorizer_actor& authorizer) {
  auto result = std::make_shared<connection_settings>();
  result->sending = to_sending(x);
  result->node_id = static_cast<uint16_t>(x.node_id);
  result->max_channel_consumers = static_cast<size_t>(x.max_channel_consumers);

  auto& limits = result->limits;
  limits.max_msg_size = x.max_msg_size;
  limits.max_body_size = x.max_body_size;
  limits.memory_limit = x.memory_limit;
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
