#include "tools/cafqd/daemon_actors.hpp"

#include "actors/backup.hpp"
#include "actors/node.hpp"
#include "actors/store.hpp"
#include "actors/unix_offset.hpp"
#include "config/log.hpp"
#include "net/httpd/http_connection.hpp"
#include "net/nsq/nsq_connection.hpp"
#include "tools/cafqd/settings.hpp"
#include "tools/daemon/listeners.hpp"

#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace cafq {

namespace {

/// Files for connections to auth servers, which http_client bounds.
size_t to_auth_servers(size_t files) {
  return std::min<size_t>(files / 8, 128);
}

} // namespace

daemon_actors::daemon_actors(caf::actor_system& sys,
                             const config::options& options, resources& have,
                             size_t files)
  : sys_(sys), options_(options) {
  start_store(have);
  start_helpers(have.addresses());
  start_node(have);
  start_handshaker(have);
  start_nsq_listener(have, files);
  start_collector();
  start_peeker();
  start_statsd();
  start_http_listeners(have, files);
}

void daemon_actors::start_store(resources& have) {
  // Commits wait for the disk, so the store has a thread of its own.
  store_ = sys_.spawn<caf::detached>(store, have.disk, health_);
  directory_->add(store_);
  // So do pieces of a copy.
  backup_ = sys_.spawn<caf::detached>(backup, store_, std::move(have.disk),
                                      health_);
  directory_->add(backup_);
}

/// Those who talk to other servers.
void daemon_actors::start_helpers(const listen_addresses& addresses) {
  fetcher_ = sys_.spawn(fetcher, to_http_client_settings(options_));
  directory_->add(fetcher_);
  auto settings = to_discovery_settings(options_, addresses.tcp,
                                        addresses.http);
  settings.fetcher = fetcher_;
  http_port_ = settings.identity.http_port;
  discovery_ = sys_.spawn(discovery, std::move(settings));
  directory_->add_parent(discovery_);
  if (options_.auth_http_address.empty())
    return;
  const authorizer_settings x{options_.auth_http_address,
                              options_.auth_http_request_method
                                == config::auth_method::post};
  authorizer_ = sys_.spawn(authorizer, fetcher_, x);
  directory_->add(authorizer_);
}

void daemon_actors::start_node(resources& have) {
  auto settings = to_node_settings(options_);
  settings.health = health_;
  settings.memory = memory_;
  settings.unix_offset = unix_offset_now;
  settings.discovery = discovery_;
  node_ = sys_.spawn(node, store_, std::move(have.found), settings);
}

void daemon_actors::start_handshaker(const resources& have) {
  if (!have.tls)
    return;
  handshaker_ = sys_.spawn<caf::detached>(handshaker);
  directory_->add(handshaker_);
}

void daemon_actors::start_nsq_listener(const resources& have, size_t files) {
  const auto http_doors = (have.http ? 1U : 0U) + (have.https ? 1U : 0U);
  const auto others_use = http_doors * files_for(http_limits(files))
                          + (authorizer_ ? to_auth_servers(files) : 0);
  const auto limits = with_addresses(limits_for(
    files - others_use, static_cast<size_t>(options_.max_connections)));
  const auto settings = to_connection_settings(options_, have.tls, authorizer_);
  settings->handshaker = handshaker_;
  settings->bodies = bodies_;
  settings->clients = clients_;
  settings->health = health_;
  nsq_listener_
    = sys_.middleman().spawn_broker(listener, have.tcp.fd(), std::string{"TCP"},
                                    limits, nsq_connections(node_, settings));
}

void daemon_actors::start_collector() {
  auto sources = to_sources(options_);
  sources.node = node_;
  sources.clients = nsq_listener_;
  sources.directory = directory_;
  collector_ = sys_.spawn<caf::detached>(stats_collector, sources);
  directory_->add(collector_);
}

void daemon_actors::start_peeker() {
  peek_sources sources;
  sources.node = node_;
  sources.store = store_;
  sources.node_id = static_cast<uint16_t>(options_.node_id);
  sources.own_thread = true;
  sources.most_text = std::min(sources.most_text,
                               static_cast<size_t>(options_.memory_limit) / 8);
  peeker_ = sys_.spawn<caf::detached>(peeker, sources);
  directory_->add(peeker_);
}

void daemon_actors::start_statsd() {
  auto settings = to_statsd_settings(options_, http_port_);
  if (settings.address.empty())
    return;
  settings.collector = collector_;
  statsd_ = sys_.spawn(statsd, settings);
  directory_->add(statsd_);
}

void daemon_actors::start_http_listeners(const resources& have, size_t files) {
  auto settings = to_http_settings(options_, have.addresses());
  settings.node = node_;
  settings.collector = collector_;
  settings.peeker = peeker_;
  settings.backup = backup_;
  // As nsqd tells them.
  settings.options.statsd_prefix
    = to_statsd_settings(options_, http_port_).format.prefix;
  settings.options.e2e_processing_latency_percentile
    = to_sources(options_).quantiles;
  settings.discovery = discovery_;
  settings.health = health_;
  settings.memory = memory_;
  settings.bodies = bodies_;
  settings.clients = clients_;
  if (options_.http_auth_required)
    settings.authorizer = authorizer_;
  const auto limits = with_addresses(http_limits(files));
  if (have.http)
    listen(have.http->fd(), "HTTP", settings, limits);
  if (have.https) {
    settings.tls = have.tls;
    settings.handshaker = handshaker_;
    listen(have.https->fd(), "HTTPS", settings, limits);
  }
}

/// Adds what is counted for all ports together.
listener_limits daemon_actors::with_addresses(listener_limits x) const {
  x.addresses = addresses_;
  x.max_per_address = static_cast<size_t>(options_.max_connections_per_address);
  return x;
}

void daemon_actors::listen(int fd, const char* protocol,
                           const http_settings& settings,
                           const listener_limits& limits) {
  http_listeners_.push_back(sys_.middleman().spawn_broker(
    listener, fd, std::string{protocol}, limits,
    http_connections(std::make_shared<http_settings>(settings))));
  directory_->add_parent(http_listeners_.back());
}

void daemon_actors::stop() {
  for (const auto& x : http_listeners_)
    end(sys_, x);
  end(sys_, statsd_);
  end(sys_, peeker_);
  end(sys_, backup_);
  end(sys_, collector_);
  end(sys_, nsq_listener_);
  end(sys_, handshaker_);
  end(sys_, authorizer_);
  end(sys_, discovery_);
  end(sys_, fetcher_);
  save();
  end(sys_, node_);
  end(sys_, store_);
  sys_.await_all_actors_done();
}

/// Takes to disk what queues hold in memory.
void daemon_actors::save() {
  caf::scoped_actor self{sys_};
  self->request(node_, caf::infinite, atom::save_v)
    .receive([](atom::save) { log::info("STORE: saved"); },
             [](const caf::error& why) {
               log::error("STORE: not everything was saved - {}", render(why));
             });
}

} // namespace cafq
