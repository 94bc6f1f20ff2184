#pragma once

#include "actors/stats_collector.hpp"
#include "actors/store_health.hpp"
#include "config/options.hpp"
#include "net/http/mpub.hpp"
#include "net/http/options_json.hpp"

#include <memory>

namespace cafq {

/// What all HTTP connections go by.
struct http_settings {
  config::options options;
  http::limits limits;
  http::info_facts info;
  /// Without the HTTP listener itself, which connections know.
  collector_sources sources;
  /// Whether the disk takes new messages.
  std::shared_ptr<const store_health> health
    = std::make_shared<const store_health>();
  /// Whether every request is refused, since none comes by way of TLS.
  bool tls_required = false;
  /// Off where there is no real socket.
  bool direct_send = true;
};

} // namespace cafq
