#pragma once

#include "actors/node_settings.hpp"
#include "config/options.hpp"
#include "net/connection_settings.hpp"

#include <memory>

namespace cafq {

/// Returns what the options say to topics and channels.
[[nodiscard]] node_settings to_node_settings(const config::options& x);

/// Returns what the options say to connections.
/// @param tls Null without a certificate.
[[nodiscard]] std::shared_ptr<const connection_settings>
to_connection_settings(const config::options& x,
                       std::shared_ptr<const transport::tls_source> tls);

} // namespace cafq
