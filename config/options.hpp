#pragma once

#include "config/choices.hpp"
#include "config/identity.hpp"
#include "config/log.hpp"
#include "config/sync_policy.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace cafq::config {

/// Every option of a daemon with its default; cafqlookupd has some of them, and
/// some of its own. A field has the name of its
/// flag with `_` for `-`. What a flag means, which values it takes and under
/// which other names a file knows it stands in option_table.cpp.
struct options {
  using duration = std::chrono::nanoseconds;

  // -- command line only ------------------------------------------------------

  std::string config_file;
  bool check_config = false;
  bool dump_config = false;
  bool version = false;
  std::string config; // nsqd's TOML file: refused, with a hint

  // -- who and where ----------------------------------------------------------

  int64_t node_id = node_id_of(hostname());
  std::string tcp_address{"0.0.0.0:4150"};
  std::string http_address{"0.0.0.0:4151"};
  std::string https_address{"0.0.0.0:4152"};
  std::string broadcast_address = hostname();
  int64_t broadcast_tcp_port = 0;
  int64_t broadcast_http_port = 0;
  std::vector<std::string> lookupd_tcp_address;
  std::vector<std::string> auth_http_address;
  auth_method auth_http_request_method = auth_method::get;
  bool http_auth_required = false;
  std::string http_admin_topic{"cafq.admin"};
  std::vector<std::string> http_allowed_hosts;
  bool http_ui = true;
  duration http_client_connect_timeout = std::chrono::seconds{2};
  duration http_client_request_timeout = std::chrono::seconds{5};

  // -- logging ----------------------------------------------------------------

  log::level log_level = log::level::info;
  std::string log_prefix{"[cafqd] "};
  log::format log_format = log::format::text;

  // -- memory and disk --------------------------------------------------------

  std::string data_path;
  int64_t mem_queue_size = 10000;
  int64_t memory_limit = int64_t{256} << 20;
  int64_t max_backlog_bytes = 0;
  int64_t history_memory = int64_t{8} << 20;
  sync_mode sync = sync_mode::interval;
  duration sync_interval = std::chrono::milliseconds{100};
  std::vector<std::string> topic_sync;
  int64_t max_bytes_per_file = 104857600;
  int64_t sync_every = 2500;
  duration sync_timeout = std::chrono::seconds{2};

  // -- topics and channels ----------------------------------------------------

  int64_t max_topics = 0;
  int64_t max_channels_per_topic = 0;

  // -- messages ---------------------------------------------------------------

  duration msg_timeout = std::chrono::seconds{60};
  duration max_msg_timeout = std::chrono::minutes{15};
  int64_t max_msg_size = 1048576;
  int64_t max_body_size = 5242880;
  duration max_req_timeout = std::chrono::hours{1};
  int64_t queue_scan_selection_count = 20;
  int64_t queue_scan_worker_pool_max = 4;

  // -- clients ----------------------------------------------------------------

  int64_t max_connections = 0;
  int64_t max_connections_per_address = 0;
  event_loop_kind event_loop = event_loop_kind::cafq;
  duration max_heartbeat_interval = std::chrono::seconds{60};
  int64_t max_rdy_count = 2500;
  int64_t max_output_buffer_size = 65536;
  duration max_output_buffer_timeout = std::chrono::seconds{30};
  duration min_output_buffer_timeout = std::chrono::milliseconds{25};
  duration output_buffer_timeout = std::chrono::milliseconds{250};
  int64_t max_channel_consumers = 0;

  // -- statistics -------------------------------------------------------------

  std::string statsd_address;
  std::string statsd_prefix{"nsq.%s"};
  duration statsd_interval = std::chrono::seconds{60};
  bool statsd_mem_stats = true;
  int64_t statsd_udp_packet_size = 508;
  bool statsd_exclude_ephemeral = false;
  std::vector<double> e2e_processing_latency_percentile;
  duration e2e_processing_latency_window_time = std::chrono::minutes{10};

  // -- the registry of cafqlookupd --------------------------------------------

  duration inactive_producer_timeout = std::chrono::seconds{300};
  duration tombstone_lifetime = std::chrono::seconds{45};
  bool dial_back = true;

  // -- TLS and compression ----------------------------------------------------

  std::string tls_cert;
  std::string tls_key;
  tls_policy tls_client_auth_policy = tls_policy::none;
  std::string tls_root_ca_file;
  tls_need tls_required = tls_need::nobody;
  tls_version tls_min_version = tls_version::tls1_2;
  bool deflate = true;
  int64_t max_deflate_level = 6;
  bool snappy = true;

  // -- deprecated by nsqd -----------------------------------------------------

  bool verbose = false;
  bool worker_id = false;
};

/// Returns what the options say about sync modes.
/// @throws bad_sync_rule
[[nodiscard]] inline sync_policy to_sync_policy(const options& x) {
  return sync_policy{x.sync, x.topic_sync};
}

} // namespace cafq::config
