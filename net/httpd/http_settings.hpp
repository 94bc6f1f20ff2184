#pragma once

#include "actors/backup.hpp"
#include "actors/body_budget.hpp"
#include "actors/client_memory.hpp"
#include "actors/health.hpp"
#include "actors/lookup/registry_actor.hpp"
#include "actors/memory_ledger.hpp"
#include "actors/reports/peeker.hpp"
#include "actors/reports/stats_collector.hpp"
#include "config/log_pace.hpp"
#include "config/options.hpp"
#include "net/client/handshaker.hpp"
#include "net/http/browser_guard.hpp"
#include "net/http/mpub.hpp"
#include "net/http/options_json.hpp"
#include "net/http/router.hpp"
#include "net/httpd/stream_places.hpp"
#include "net/loop/sending.hpp"
#include "net/peers/authorizer.hpp"
#include "net/transport/tls_source.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace cafq {

/// What all HTTP connections go by.
struct http_settings {
  config::options options;
  http::limits limits;
  http::info_facts info;
  /// Null in a nsqlookupd, which has a registry instead.
  node_actor node;
  lookup::registry_actor registry;
  /// Who tells about it.
  collector_actor collector;
  /// Who shows messages.
  peeker_actor peeker;
  /// Who copies the store.
  backup_actor backup;
  /// Who knows the nsqlookupds.
  discovery_actor discovery;
  /// Whether the disk takes new messages.
  std::shared_ptr<const store_health> health
    = std::make_shared<const store_health>();
  /// Whether publishes are refused for want of memory.
  std::shared_ptr<const memory_ledger> memory
    = std::make_shared<const memory_ledger>();
  /// The memory for large requests; shared with NSQ's protocol.
  std::shared_ptr<const body_budgets> bodies = std::make_shared<body_budgets>();
  /// The memory for all else that clients make the node hold; likewise.
  std::shared_ptr<client_memory> clients = std::make_shared<client_memory>();
  /// Null if nobody has to show a secret.
  authorizer_actor authorizer;
  /// Who may publish to it may change the node. Empty: nobody may.
  std::string admin_topic;
  http::browser_guard guard;
  /// When a request that the guard refused is logged.
  std::shared_ptr<log::pace> guard_log = std::make_shared<log::pace>();
  /// What HTTPS connections use; null for those in clear.
  std::shared_ptr<const transport::tls_source> tls;
  handshaker_actor handshaker;
  /// How many streams there may be, on all ports.
  std::shared_ptr<stream_places> streams = std::make_shared<stream_places>();
  /// Whether every request in clear is refused.
  bool tls_required = false;
  /// Where to come instead; 0 if nowhere.
  int https_port = 0;
  cafq::sending sending = sending::direct;

  [[nodiscard]] http::service service() const {
    return registry ? http::service::nsqlookupd : http::service::nsqd;
  }
};

} // namespace cafq
