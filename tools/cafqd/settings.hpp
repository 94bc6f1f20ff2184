#pragma once

#include "actors/node_settings.hpp"
#include "config/options.hpp"
#include "net/connection_settings.hpp"
#include "net/http_settings.hpp"

#include <memory>
#include <string>

namespace cafq {

/// Returns what the options say to topics and channels.
[[nodiscard]] node_settings to_node_settings(const config::options& x);

/// Where the node really listens; empty where it does not.
struct listen_addresses {
  std::string tcp;
  std::string http;
  std::string https;
};

/// Returns what the options say to HTTP connections in clear.
[[nodiscard]] http_settings
to_http_settings(const config::options& x, const listen_addresses& where);

/// Returns what the options say to requests to other servers.
[[nodiscard]] http_client_settings
to_http_client_settings(const config::options& x);

/// Returns what the options say to connections.
/// @param tls Null without a certificate.
/// @param authorizer Null without auth servers.
[[nodiscard]] std::shared_ptr<const connection_settings>
to_connection_settings(const config::options& x,
                       std::shared_ptr<const transport::tls_source> tls,
                       const authorizer_actor& authorizer);

} // namespace cafq
