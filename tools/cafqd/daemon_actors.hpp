#pragma once

#include "actors/actor_directory.hpp"
#include "actors/health.hpp"
#include "actors/interfaces.hpp"
#include "actors/memory_ledger.hpp"
#include "config/options.hpp"
#include "net/client/listener.hpp"
#include "net/httpd/http_settings.hpp"
#include "net/peers/authorizer.hpp"
#include "net/peers/discovery.hpp"
#include "net/peers/fetcher.hpp"
#include "net/peers/statsd.hpp"
#include "tools/cafqd/resources.hpp"

#include <caf/actor_system.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace cafq {

/// The actors that live as long as the daemon. Each start function needs those
/// above it.
class daemon_actors {
public:
  /// Starts them all; clients are let in from now on.
  /// @param files How many files the process may open.
  daemon_actors(caf::actor_system& sys, const config::options& options,
                resources& have, size_t files);

  /// Sends all clients away, takes to disk what is only in memory, and waits
  /// until every actor is gone.
  void stop();

private:
  void start_store(resources& have);
  void start_helpers(const listen_addresses& addresses);
  void start_node(resources& have);
  void start_handshaker(const resources& have);
  void start_nsq_listener(const resources& have, size_t files);
  void start_collector();
  void start_peeker();
  void start_statsd();
  void start_http_listeners(const resources& have, size_t files);

  [[nodiscard]] listener_limits with_addresses(listener_limits x) const;
  void listen(int fd, const char* protocol, const http_settings& settings,
              const listener_limits& limits);
  void save();

  caf::actor_system& sys_;
  const config::options& options_;

  std::shared_ptr<store_health> health_ = std::make_shared<store_health>();
  std::shared_ptr<memory_ledger> memory_ = std::make_shared<memory_ledger>();
  std::shared_ptr<body_budgets> bodies_ = to_body_budgets(options_);
  std::shared_ptr<client_memory> clients_ = to_client_memory(options_);
  std::shared_ptr<actor_directory> directory_
    = std::make_shared<actor_directory>();
  std::shared_ptr<address_counts> addresses_
    = std::make_shared<address_counts>();
  store_actor store_;
  fetcher_actor fetcher_;
  discovery_actor discovery_;
  /// Null without auth servers.
  authorizer_actor authorizer_;
  node_actor node_;
  /// Null without a certificate.
  handshaker_actor handshaker_;
  listener_actor nsq_listener_;
  collector_actor collector_;
  peeker_actor peeker_;
  backup_actor backup_;
  /// Null without a statsd daemon.
  statsd_actor statsd_;
  std::vector<listener_actor> http_listeners_;

  /// What nsqlookupds and statsd are told.
  int64_t http_port_ = 0;
};

} // namespace cafq
