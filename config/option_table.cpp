#include "config/option_table.hpp"

#include "config/lookupd_options.hpp"
#include "config/option_limits.hpp"

#include <algorithm>

namespace cafq::config {

namespace {

/// Compares option names, where a file may write `_` for `-`.
bool same_name(std::string_view name, std::string_view given) {
  return std::equal(name.begin(), name.end(), given.begin(), given.end(),
                    [](char want, char have) {
                      return have == want || (have == '_' && want == '-');
                    });
}

} // namespace

// Names, types and defaults are nsqd 1.3.0's (apps/nsqd/options.go) unless a
// row says "cafqd"; tls-min-version is stricter. Ranges refuse what makes nsqd
// panic, and nonsense.
const option_groups& option_table() {
  using o = options;
  static const option_groups table{
    {
      "General",
      {
        {.name = "config-file",
         .field = &o::config_file,
         .help = "read options from FILE; the command line beats it (cafqd)",
         .scope = scope::command_line,
         .value_name = "FILE"},
        {.name = "check-config",
         .field = &o::check_config,
         .help = "check command line and file, say so and exit (cafqd)",
         .scope = scope::command_line},
        {.name = "dump-config",
         .field = &o::dump_config,
         .help = "print the options in effect as a file and exit (cafqd)",
         .scope = scope::command_line},
        {.name = "version",
         .field = &o::version,
         .help = "print the version and exit",
         .scope = scope::command_line},
        {.name = "config",
         .field = &o::config,
         .help = "nsqd's TOML file is not read: use --config-file=FILE with "
                 "the options under [cafqd]",
         .support = support::refused,
         .scope = scope::command_line,
         .value_name = "FILE"},
        {.name = "node-id",
         .field = &o::node_id,
         .help = "unique part of the message ids of this node",
         .alias = "id",
         .allowed = between(0, 1023),
         .default_text = "from the host name"},
      },
    },
    {
      "Addresses",
      {
        {.name = "tcp-address",
         .field = &o::tcp_address,
         .help = "where NSQ clients connect: HOST:PORT or the path of a "
                 "socket",
         .value_name = "ADDRESS"},
        {.name = "http-address",
         .field = &o::http_address,
         .help = "where HTTP clients connect; empty turns HTTP off",
         .value_name = "ADDRESS"},
        {.name = "https-address",
         .field = &o::https_address,
         .help = "where HTTPS clients connect, if there is a certificate; "
                 "empty turns HTTPS off",
         .value_name = "ADDRESS"},
        {.name = "broadcast-address",
         .field = &o::broadcast_address,
         .help = "host name to register with nsqlookupd",
         .value_name = "HOST",
         .default_text = "the host name"},
        {.name = "broadcast-tcp-port",
         .field = &o::broadcast_tcp_port,
         .help = "TCP port to register with nsqlookupd; 0 is the real one",
         .allowed = port},
        {.name = "broadcast-http-port",
         .field = &o::broadcast_http_port,
         .help = "HTTP port to register with nsqlookupd; 0 is the real one",
         .allowed = port},
        {.name = "lookupd-tcp-address",
         .field = &o::lookupd_tcp_address,
         .help = "nsqlookupd to register with (may be repeated)",
         .alias = "nsqlookupd-tcp-addresses",
         .value_name = "HOST:PORT"},
        {.name = "auth-http-address",
         .field = &o::auth_http_address,
         .help = "auth server; turns authentication on (may be repeated)",
         .alias = "auth-http-addresses",
         .value_name = "ADDRESS"},
        {.name = "auth-http-request-method",
         .field = &o::auth_http_request_method,
         .help = "how to ask auth servers",
         .choices = {"get", "post"},
         .value_name = "METHOD"},
        {.name = "http-auth-required",
         .field = &o::http_auth_required,
         .help = "ask HTTP clients that publish or administer for the secret "
                 "as well (Authorization: Bearer)"},
        {.name = "http-admin-topic",
         .field = &o::http_admin_topic,
         .help = "with http-auth-required, who may publish to this topic may "
                 "change the node (PUT /config); empty: nobody may (cafqd)",
         .value_name = "TOPIC"},
        {.name = "http-allowed-hosts",
         .field = &o::http_allowed_hosts,
         .help = "names by which browsers may reach HTTP, besides localhost, "
                 "IP addresses, the host name and broadcast-address (cafqd, "
                 "may be repeated)",
         .value_name = "HOST,..."},
        {.name = "http-ui",
         .field = &o::http_ui,
         .help = "serve the page /ui on HTTP and HTTPS (cafqd)"},
        {.name = "http-client-connect-timeout",
         .field = &o::http_client_connect_timeout,
         .help = "limit for connecting to auth and lookup servers",
         .allowed = at_least(zero)},
        {.name = "http-client-request-timeout",
         .field = &o::http_client_request_timeout,
         .help = "limit for a request to auth and lookup servers",
         .allowed = at_least(zero)},
      },
    },
    {
      "Logging",
      {
        {.name = "log-level",
         .field = &o::log_level,
         .help = "least severe level to log",
         .choices = {"debug", "info", "warn", "error", "fatal"},
         .value_name = "LEVEL"},
        {.name = "log-prefix",
         .field = &o::log_prefix,
         .help = "start of every line of text"},
        {.name = "log-format",
         .field = &o::log_format,
         .help = "lines of text, or a JSON object per line (cafqd)",
         .choices = {"text", "json"},
         .value_name = "FORMAT"},
      },
    },
    {
      "Memory and disk",
      {
        {.name = "data-path",
         .field = &o::data_path,
         .help = "folder for the backlog; empty is the current one",
         .value_name = "FOLDER"},
        {.name = "mem-queue-size",
         .field = &o::mem_queue_size,
         .help = "messages to keep in memory per topic and channel",
         .allowed = at_least(0)},
        {.name = "memory-limit",
         .field = &o::memory_limit,
         .help = "bytes of message bodies to keep in memory in all; by "
                 "default at "
                 "most half of what the cgroup allows (cafqd)",
         .allowed = at_least(int64_t{1} << 20),
         .value_name = "BYTES"},
        {.name = "history-memory",
         .field = &o::history_memory,
         .help = "bytes for what topics and channels did in the last 15 "
                 "minutes, at most an eighth of memory-limit; 0 remembers "
                 "nothing (cafqd)",
         .allowed = at_least(0),
         .value_name = "BYTES"},
        {.name = "max-backlog-bytes",
         .field = &o::max_backlog_bytes,
         .help = "bytes of messages on disk above which publishes that need "
                 "the disk are refused; 0 is no limit (cafqd)",
         .allowed = at_least(0),
         .value_name = "BYTES"},
        {.name = "sync",
         .field = &o::sync,
         .help = "when messages reach the disk: on overflow only, as "
                 "nsqd; if "
                 "not finished within an interval; or always, before OK "
                 "(cafqd)",
         .choices = {"overflow", "interval", "always"},
         .value_name = "MODE"},
        {.name = "sync-interval",
         .field = &o::sync_interval,
         .help = "the interval of mode interval (cafqd)",
         .allowed = between(std::chrono::milliseconds{10},
                            std::chrono::minutes{1})},
        {.name = "topic-sync",
         .field = &o::topic_sync,
         .help = "mode of the topics whose names match, such as "
                 "orders.*=always; the first match counts (cafqd, may be "
                 "repeated)",
         .value_name = "GLOB=MODE"},
        {.name = "max-bytes-per-file",
         .field = &o::max_bytes_per_file,
         .help = "bytes per file of nsqd's disk queue",
         .support = support::ignored},
        {.name = "sync-every",
         .field = &o::sync_every,
         .help = "messages per fsync of nsqd's disk queue",
         .support = support::ignored},
        {.name = "sync-timeout",
         .field = &o::sync_timeout,
         .help = "time per fsync of nsqd's disk queue",
         .allowed = more_than(zero),
         .support = support::ignored},
      },
    },
    {
      "Topics and channels",
      {
        {.name = "max-topics",
         .field = &o::max_topics,
         .help = "most topics that clients and nsqlookupds bring about; 0 is "
                 "no limit (cafqd)",
         .allowed = at_least(0)},
        {.name = "max-channels-per-topic",
         .field = &o::max_channels_per_topic,
         .help = "the same for the channels of each topic (cafqd)",
         .allowed = at_least(0)},
      },
    },
    {
      "Messages",
      {
        {.name = "msg-timeout",
         .field = &o::msg_timeout,
         .help = "time a client has to finish a message",
         .allowed = at_least(std::chrono::milliseconds{1})},
        {.name = "max-msg-timeout",
         .field = &o::max_msg_timeout,
         .help = "longest timeout a client may ask for",
         .allowed = at_least(std::chrono::milliseconds{1})},
        {.name = "max-msg-size",
         .field = &o::max_msg_size,
         .help = "greatest message body",
         .allowed = frame_size,
         .value_name = "BYTES"},
        {.name = "max-body-size",
         .field = &o::max_body_size,
         .help = "greatest body of a command",
         .allowed = frame_size,
         .value_name = "BYTES"},
        {.name = "max-req-timeout",
         .field = &o::max_req_timeout,
         .help = "longest delay of a message that is deferred or requeued",
         .allowed = at_least(zero)},
        {.name = "queue-scan-selection-count",
         .field = &o::queue_scan_selection_count,
         .help = "channels per round of nsqd's timeout scan",
         .support = support::ignored},
        {.name = "queue-scan-worker-pool-max",
         .field = &o::queue_scan_worker_pool_max,
         .help = "workers of nsqd's timeout scan",
         .support = support::ignored},
      },
    },
    {
      "Clients",
      {
        {.name = "max-connections",
         .field = &o::max_connections,
         .help = "most clients at a time; 0 is as many as the limit on file "
                 "descriptors allows (cafqd)",
         .allowed = at_least(0)},
        {.name = "max-connections-per-address",
         .field = &o::max_connections_per_address,
         .help = "most clients of one address, on all ports; 0 is no limit "
                 "(cafqd)",
         .allowed = at_least(0)},
        {.name = "event-loop",
         .field = &o::event_loop,
         .help = "who serves sockets: cafq's extension of CAF's event "
                 "loop, or "
                 "CAF's as it is, which costs more (cafqd)",
         .choices = {"cafq", "caf"},
         .value_name = "NAME"},
        {.name = "max-heartbeat-interval",
         .field = &o::max_heartbeat_interval,
         .help = "longest time between heartbeats a client may ask for",
         .allowed = at_least(zero)},
        {.name = "max-rdy-count",
         .field = &o::max_rdy_count,
         .help = "greatest RDY of a client",
         .allowed = at_least(1)},
        {.name = "max-output-buffer-size",
         .field = &o::max_output_buffer_size,
         .help = "greatest output buffer a client may ask for",
         .allowed = at_least(1),
         .value_name = "BYTES"},
        {.name = "max-output-buffer-timeout",
         .field = &o::max_output_buffer_timeout,
         .help = "longest time between flushes a client may ask for",
         .allowed = at_least(zero)},
        {.name = "min-output-buffer-timeout",
         .field = &o::min_output_buffer_timeout,
         .help = "shortest time between flushes a client may ask for",
         .allowed = at_least(zero)},
        {.name = "output-buffer-timeout",
         .field = &o::output_buffer_timeout,
         .help = "longest time before output is flushed",
         .allowed = more_than(zero)},
        {.name = "max-channel-consumers",
         .field = &o::max_channel_consumers,
         .help = "most consumers of a channel; 0 is no limit",
         .allowed = at_least(0)},
      },
    },
    {
      "Statistics",
      {
        {.name = "statsd-address",
         .field = &o::statsd_address,
         .help = "statsd daemon to push to",
         .value_name = "HOST:PORT"},
        {.name = "statsd-prefix",
         .field = &o::statsd_prefix,
         .help = "start of every statsd key; %s becomes the host name"},
        {.name = "statsd-interval",
         .field = &o::statsd_interval,
         .help = "time between pushes to statsd",
         .allowed = more_than(std::chrono::seconds{1})},
        {.name = "statsd-mem-stats",
         .field = &o::statsd_mem_stats,
         .help = "push memory statistics as well"},
        {.name = "statsd-udp-packet-size",
         .field = &o::statsd_udp_packet_size,
         .help = "greatest packet to statsd",
         .allowed = at_least(1),
         .value_name = "BYTES"},
        {.name = "statsd-exclude-ephemeral",
         .field = &o::statsd_exclude_ephemeral,
         .help = "push nothing about ephemeral topics and channels"},
        {.name = "e2e-processing-latency-percentile",
         .field = &o::e2e_processing_latency_percentile,
         .help = "percentiles of the time from publish to finish (comma "
                 "separated, may be repeated)",
         .alias = "e2e-processing-latency-percentiles",
         .value_name = "P,..."},
        {.name = "e2e-processing-latency-window-time",
         .field = &o::e2e_processing_latency_window_time,
         .help = "time the percentiles cover",
         .allowed = at_least(zero)},
      },
    },
    {
      "TLS and compression",
      {
        {.name = "tls-cert",
         .field = &o::tls_cert,
         .help = "file with the certificate",
         .value_name = "FILE"},
        {.name = "tls-key",
         .field = &o::tls_key,
         .help = "file with the private key",
         .value_name = "FILE"},
        {.name = "tls-client-auth-policy",
         .field = &o::tls_client_auth_policy,
         .help = "certificate that clients need: any, or one that an "
                 "authority of tls-root-ca-file signed",
         .choices = {"", "require", "require-verify"},
         .letter_case = letter_case::exact,
         .value_name = "POLICY"},
        {.name = "tls-root-ca-file",
         .field = &o::tls_root_ca_file,
         .help = "file with the authorities to trust",
         .value_name = "FILE"},
        {.name = "tls-required",
         .field = &o::tls_required,
         .help = "refuse clients without TLS; tcp-https leaves HTTP open",
         .choices = {"false", "tcp-https", "true"},
         .value_name = "WHAT"},
        {.name = "tls-min-version",
         .field = &o::tls_min_version,
         .help = "oldest version of TLS to accept",
         .choices = {"tls1.0", "tls1.1", "tls1.2", "tls1.3"},
         .value_name = "VERSION"},
        {.name = "deflate",
         .field = &o::deflate,
         .help = "let clients ask for deflate"},
        {.name = "max-deflate-level",
         .field = &o::max_deflate_level,
         .help = "greatest deflate level a client may ask for",
         .allowed = between(1, 9)},
        {.name = "snappy",
         .field = &o::snappy,
         .help = "let clients ask for snappy"},
      },
    },
    {
      "Deprecated",
      {
        {.name = "verbose",
         .field = &o::verbose,
         .help = "use log-level",
         .support = support::ignored},
        {.name = "worker-id",
         .field = &o::worker_id,
         .help = "use node-id",
         .support = support::ignored},
      },
    },
  };
  return table;
}

const option_groups& option_table(role x) {
  return x == role::lookupd ? lookupd_option_table() : option_table();
}

options defaults_of(role x) {
  options result;
  if (x == role::lookupd) {
    result.tcp_address = "0.0.0.0:4160";
    result.http_address = "0.0.0.0:4161";
    result.log_prefix = "[cafqlookupd] ";
  }
  return result;
}

const option_row*
find_option(std::string_view name, bool aliases, const option_groups& in) {
  for (const auto& group : in)
    for (const auto& row : group.rows)
      if (same_name(row.name, name)
          || (aliases && !row.alias.empty() && same_name(row.alias, name)))
        return &row;
  return nullptr;
}

std::vector<std::string_view>
option_names(scope where, const option_groups& in) {
  std::vector<std::string_view> names;
  for (const auto& group : in)
    for (const auto& row : group.rows)
      if (row.scope == where || row.scope == scope::anywhere)
        names.push_back(row.name);
  return names;
}

} // namespace cafq::config
