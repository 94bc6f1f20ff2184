#pragma once

#include "actors/node_settings.hpp"
#include "config/options.hpp"
#include "net/httpd/http_settings.hpp"
#include "net/nsq/connection_settings.hpp"
#include "net/peers/discovery.hpp"
#include "net/peers/statsd.hpp"
#include "persistence/lmdb_message_store.hpp"

#include <memory>
#include <string>

namespace cafq {

/// Says in a line which sync mode holds for which topics.
[[nodiscard]] std::string describe_sync(const config::options& x);

/// Whether sockets are CAF's affair alone.
[[nodiscard]] bool use_stock_io(const config::options& x);

/// Returns what the options say to the store.
[[nodiscard]] store_options to_store_options(const config::options& x);

/// Returns what the options say to topics and channels.
[[nodiscard]] node_settings to_node_settings(const config::options& x);

/// Where the node really listens; empty where it does not.
struct listen_addresses {
  std::string tcp;
  std::string http;
  std::string https;
};

/// Says which addresses others than this machine reach, and need neither TLS
/// nor a secret for. Empty if there are none.
[[nodiscard]] std::string
warn_of_open_doors(const config::options& x, const listen_addresses& where);

/// Says which messages --max-msg-size allows and memory cannot carry, and what
/// could. Empty if there are none.
[[nodiscard]] std::string warn_of_large_messages(const config::options& x);

/// Returns what the options say to HTTP connections in clear.
[[nodiscard]] http_settings
to_http_settings(const config::options& x, const listen_addresses& where);

/// Returns what the options say to requests to other servers.
[[nodiscard]] http_client_settings
to_http_client_settings(const config::options& x);

/// Returns what the options say to nsqlookupds.
/// @param tcp_address, http_address Where the node really listens; empty if it
/// does not.
[[nodiscard]] discovery_settings
to_discovery_settings(const config::options& x, const std::string& tcp_address,
                      const std::string& http_address);

/// Returns what the options say to statsd.
/// @param http_port What nsqlookupds are told.
[[nodiscard]] statsd_settings
to_statsd_settings(const config::options& x, int64_t http_port);

/// Returns where reports come from, but for the actors.
[[nodiscard]] collector_sources to_sources(const config::options& x);

/// Returns what the options leave for all that clients make the node hold.
[[nodiscard]] std::shared_ptr<client_memory>
to_client_memory(const config::options& x);

/// Returns what the options leave for large requests.
[[nodiscard]] std::shared_ptr<body_budgets>
to_body_budgets(const config::options& x);

/// Returns what the options say to connections.
/// @param tls Null without a certificate.
/// @param authorizer Null without auth servers.
[[nodiscard]] std::shared_ptr<connection_settings>
to_connection_settings(const config::options& x,
                       std::shared_ptr<const transport::tls_source> tls,
                       const authorizer_actor& authorizer);

} // namespace cafq
