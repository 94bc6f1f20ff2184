#pragma once

#include "actors/actor_directory.hpp"
#include "actors/client_memory.hpp"
#include "actors/lookup/registry_actor.hpp"
#include "actors/reports/stats_collector.hpp"
#include "config/options.hpp"
#include "net/client/listener.hpp"
#include "net/lookupd/dialer.hpp"
#include "tools/daemon/door.hpp"

#include <caf/actor_system.hpp>

#include <cstddef>
#include <memory>

namespace cafq {

/// The actors that live as long as the process. Each start function needs those
/// above it.
class lookupd_actors {
public:
  /// Starts them all; nodes and clients are let in from now on.
  /// @param files How many files the process may open.
  lookupd_actors(caf::actor_system& sys, const config::options& options,
                 const door& tcp, const door& http, size_t files);

  /// Sends everybody away, and waits until every actor is gone.
  void stop();

private:
  void start_registry();
  void start_node_listener(const door& tcp, const door& http, size_t files);
  void start_collector();
  void start_http_listener(const door& http, size_t files);
  [[nodiscard]] listener_limits with_addresses(listener_limits x) const;

  caf::actor_system& sys_;
  const config::options& options_;
  std::shared_ptr<client_memory> clients_;
  std::shared_ptr<actor_directory> directory_
    = std::make_shared<actor_directory>();
  std::shared_ptr<address_counts> addresses_
    = std::make_shared<address_counts>();
  /// Null if nobody is to try addresses.
  dial_back_actor dialer_;
  lookup::registry_actor registry_;
  listener_actor node_listener_;
  collector_actor collector_;
  listener_actor http_listener_;
};

} // namespace cafq
