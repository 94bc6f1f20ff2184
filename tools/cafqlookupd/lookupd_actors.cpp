#include "tools/cafqlookupd/lookupd_actors.hpp"

#include "actors/unix_time.hpp"
#include "config/identity.hpp"
#include "config/version.hpp"
#include "net/http/browser_guard.hpp"
#include "net/httpd/http_connection.hpp"
#include "net/httpd/http_settings.hpp"
#include "net/lookupd/producer_connection.hpp"
#include "tools/daemon/listeners.hpp"

#include <caf/io/middleman.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace cafq {

namespace {

size_t share_of(const config::options& x, int64_t part) {
  return static_cast<size_t>(x.memory_limit / part);
}

lookup::registry_limits to_registry_limits(const config::options& x) {
  lookup::registry_limits result;
  result.inactive = x.inactive_producer_timeout;
  result.tombstone = x.tombstone_lifetime;
  // The others go to clients, answers, and what the allocator keeps.
  result.bytes = share_of(x, 2);
  return result;
}

std::shared_ptr<client_memory> to_producer_memory(const config::options& x) {
  // Less would end clients that do nothing unusual.
  constexpr size_t least = size_t{8} << 20U;
  return std::make_shared<client_memory>(std::max(share_of(x, 8), least));
}

} // namespace

lookupd_actors::lookupd_actors(caf::actor_system& sys,
                               const config::options& options, const door& tcp,
                               const door& http, size_t files)
  : sys_(sys), options_(options), clients_(to_producer_memory(options)) {
  start_registry();
  start_node_listener(tcp, http, files);
  start_collector();
  start_http_listener(http, files);
}

void lookupd_actors::start_registry() {
  if (options_.dial_back) {
    dialer_ = sys_.middleman().spawn_broker(dial_back);
    directory_->add(dialer_);
  }
  registry_ = sys_.spawn<caf::detached>(lookup::registry_keeper,
                                        to_registry_limits(options_),
                                        lookup::dialer_actor{dialer_});
  directory_->add(registry_);
}

void lookupd_actors::start_node_listener(const door& tcp, const door& http,
                                         size_t files) {
  const auto limits
    = with_addresses(limits_for(files - files_for(http_limits(files)),
                                static_cast<size_t>(options_.max_connections)));
  auto settings = std::make_shared<producer_settings>();
  settings->registry = registry_;
  settings->clients = clients_;
  auto& who = settings->identity;
  who.broadcast_address = options_.broadcast_address;
  who.hostname = config::hostname();
  who.tcp_port = std::max(port_of(tcp.address()), 0);
  who.http_port = std::max(port_of(http.address()), 0);
  who.version = config::nsqd_version();
  node_listener_ = sys_.middleman().spawn_broker(
    listener, tcp.fd(), std::string{"TCP"}, limits,
    producer_connections(std::move(settings)));
}

void lookupd_actors::start_collector() {
  collector_sources sources;
  sources.clients = node_listener_;
  sources.directory = directory_;
  sources.started = unix_time_ns();
  sources.own_thread = true;
  collector_ = sys_.spawn<caf::detached>(stats_collector, sources);
  directory_->add(collector_);
}

void lookupd_actors::start_http_listener(const door& http, size_t files) {
  auto settings = std::make_shared<http_settings>();
  settings->registry = registry_;
  settings->collector = collector_;
  settings->clients = clients_;
  auto names = options_.http_allowed_hosts;
  names.push_back(config::hostname());
  names.push_back(options_.broadcast_address);
  settings->guard = http::browser_guard{names};
  http_listener_ = sys_.middleman().spawn_broker(
    listener, http.fd(), std::string{"HTTP"},
    with_addresses(http_limits(files)), http_connections(settings));
  directory_->add_parent(http_listener_);
}

/// Adds what is counted for all ports together.
listener_limits lookupd_actors::with_addresses(listener_limits x) const {
  x.addresses = addresses_;
  x.max_per_address = static_cast<size_t>(options_.max_connections_per_address);
  return x;
}

void lookupd_actors::stop() {
  end(sys_, http_listener_);
  end(sys_, collector_);
  // Before the nodes, of which it would forget one after the other.
  end(sys_, registry_);
  end(sys_, node_listener_);
  end(sys_, dialer_);
  sys_.await_all_actors_done();
}

} // namespace cafq
