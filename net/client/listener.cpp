#include "net/client/listener.hpp"

#include "actors/actor_support.hpp"
#include "actors/metrics.hpp"
#include "net/loop/socket.hpp"

#include <algorithm>
#include <utility>

#include <sys/socket.h>

namespace cafq {

namespace {

/// Files the node needs for itself: log, event loop, disk, listening sockets.
constexpr size_t spare_files = 64;

/// How often to look whether somebody may go, while accepting pauses.
constexpr auto look_interval = std::chrono::seconds{1};

/// Clients that the spare files may be used for.
constexpr size_t most_beyond = 8;

/// Of the event loop, which all listeners share.
uint64_t longest_turn_us() {
  const queue::duration x{metrics().longest_turn.load()};
  return static_cast<uint64_t>(x / std::chrono::microseconds{1});
}

/// Half-open clients a node puts up with.
constexpr size_t most_silent = 1000;

/// Clients accepted in one turn of the event loop.
constexpr size_t most_in_turn = 64;

} // namespace

listener_limits limits_for(size_t open_files, size_t wished) {
  const auto spare = std::min(spare_files, open_files / 4);
  // Each client that closes its side needs a second file for a moment.
  auto possible = std::max<size_t>(open_files - spare, 2);
  possible -= possible / 16;
  listener_limits result;
  result.max_connections = wished > 0 ? std::min(wished, possible) : possible;
  result.max_silent = std::clamp<size_t>(result.max_connections / 2, 1,
                                         most_silent);
  return result;
}

listener_state::listener_state(broker ptr) : self(ptr), timer(ptr) {
  // nop
}

void listener_state::start(int fd, const listener_limits& allowed) {
  limits = allowed;
  roll.emplace(limits.addresses, limits.greeting, limits.silence);
  // Who asks for health does so at once.
  reserve.emplace(limits.addresses, queue::duration{}, limits.silence);
  descriptor = fd;
  address = net::local_address(fd);
  socket = self->add_doorman(fd);
  log::info("{}: listening on {}", protocol, address);
}

// -- who comes ----------------------------------------------------------------

// CAF takes one in each turn of its loop, and turns take long where many
// clients send: probes of health would wait behind all who come at once.
void listener_state::accept(caf::io::connection_handle first) {
  accept_one(first);
  // Where somebody has to go for each, that takes a turn, as it takes to greet.
  const auto roomy = [this] {
    return roll->size() < limits.max_connections
           && silent.size() < limits.max_silent / 2 && !paused && !stopping;
  };
  for (size_t i = 1; i < most_in_turn && roomy(); ++i) {
    const auto fd = ::accept4(descriptor, nullptr, nullptr,
                              SOCK_NONBLOCK | SOCK_CLOEXEC);
    // Whatever is wrong, CAF will come to it as well.
    if (fd < 0)
      return;
    accept_one(self->add_scribe(fd));
  }
}

void listener_state::accept_one(caf::io::connection_handle handle) {
  const auto now = self->clock().now();
  const auto from = net::remote_end_of(static_cast<int>(handle.id())).ip;
  auto* place = has_too_many(from) ? nullptr : place_for_one(now);
  if (!place) {
    refuse(handle, from);
    return;
  }
  auto entry = place->add(from, now);
  entry->health_only = place == &*reserve;
  auto actor = fork(self, handle, entry);
  const auto id = actor.id();
  entry->id = id;
  self->monitor(actor);
  ++accepted;
  silent.emplace(id, entry);
  connections.emplace(id, known_client{std::move(actor), std::move(entry)});
  if (silent.size() > limits.max_silent) {
    if (silent_log.due(now))
      log::warn("{}: {} clients have not said anything, closing the oldest",
                protocol, silent.size());
    end(client_ptr{silent.begin()->second});
  }
  pause_or_resume();
}

bool listener_state::has_too_many(const std::string& from) const {
  const auto i = limits.addresses->find(from);
  return limits.max_per_address > 0 && i != limits.addresses->end()
         && i->second >= limits.max_per_address;
}

/// Returns where somebody new belongs, for whom somebody may have had to go;
/// null if nowhere.
client_roll* listener_state::place_for_one(queue::time_point now) {
  while (roll->size() >= limits.max_connections && end_one(*roll, now))
    ;
  if (roll->size() < limits.max_connections)
    return &*roll;
  if (limits.reserve > 0)
    return reserve->size() < limits.reserve || end_one(*reserve, now)
             ? &*reserve
             : nullptr;
  // Whoever could have gone has done something meanwhile.
  return roll->size() < limits.max_connections + most_beyond ? &*roll : nullptr;
}

bool listener_state::end_one(client_roll& of, queue::time_point now) {
  const auto x = of.who_goes(now);
  if (!x)
    return false;
  metrics().ended_clients.Increment();
  ++ended;
  if (ended_log.due(now))
    log::warn("{}: {} connections, as many as the limit of open files or "
              "--max-connections allows; those that do nothing go, as this one "
              "of {}",
              protocol, connections.size(),
              x->address ? x->address->first : "a Unix socket");
  end(x);
  return true;
}

void listener_state::end(const client_ptr& x) {
  const auto id = x->id;
  self->send_exit(connections.at(id).actor, caf::exit_reason::user_shutdown);
  silent.erase(id);
  roll->remove(x);
  reserve->remove(x);
}

void listener_state::refuse(caf::io::connection_handle handle,
                            const std::string& from) {
  metrics().refused_clients.Increment();
  ++refused;
  if (refused_log.due(self->clock().now()))
    log::warn("{}: refused a connection from {}: {}", protocol, from,
              has_too_many(from) ? "it has as many as "
                                   "--max-connections-per-address allows"
                                 : "there is no place");
  self->close(handle);
}

// -- who goes -----------------------------------------------------------------

void listener_state::greeted(uint64_t id) {
  silent.erase(id);
}

void listener_state::watch(uint64_t id, const stat_actor& whom, bool on) {
  const auto who = whom.address();
  if (on && ends.add(id, who))
    self->monitor(whom);
  else if (!on && ends.remove(id, who))
    self->demonitor(who);
}

void listener_state::down(const caf::down_msg& x) {
  const auto id = x.source.id();
  if (connections.count(id) > 0) {
    gone(id);
    return;
  }
  for (const auto client : ends.ended(id))
    if (const auto i = connections.find(client); i != connections.end())
      i->second.actor->eq_impl(caf::make_message_id(), nullptr, self->context(),
                               x);
}

void listener_state::gone(uint64_t id) {
  const auto i = connections.find(id);
  roll->remove(i->second.entry);
  reserve->remove(i->second.entry);
  connections.erase(i);
  for (const auto& x : ends.forget(id))
    self->demonitor(x);
  silent.erase(id);
  if (stopping && connections.empty())
    self->quit();
  else
    pause_or_resume();
}

void listener_state::tick() {
  pause_or_resume();
}

void listener_state::stop() {
  if (std::exchange(stopping, true))
    return;
  log::info("{}: closing {}", protocol, address);
  self->close(socket);
  for (auto& [id, x] : connections)
    self->send_exit(x.actor, caf::exit_reason::user_shutdown);
  if (connections.empty())
    self->quit();
}

actor_stat listener_state::stat() const {
  const auto doing = stopping ? actor_state::listener_closing
                     : paused ? actor_state::listener_full
                              : actor_state::listener_listening;
  auto result = stat_of(self, doing, protocol + " " + address, 0);
  if (paused)
    result.waits_for = awaited::outside(awaited::cause::client);
  result.paused = paused;
  result.figures = listener_figures{
    .connections = connections.size(),
    .silent = silent.size(),
    .accepted = accepted,
    .ended = ended,
    .refused = refused,
    .longest_turn_us = longest_turn_us(),
  };
  return result;
}

void listener_state::pause_or_resume() {
  const auto now = self->clock().now();
  const auto full = roll->size() >= limits.max_connections
                    && limits.reserve == 0 && !roll->who_goes(now);
  if (full)
    timer.set(now + look_interval);
  if (stopping || std::exchange(paused, full) == full)
    return;
  if (full) {
    if (paused_log.due(now))
      log::warn("{}: {} connections, as many as the limit of open files or "
                "--max-connections allows, and none that may go; accepting "
                "pauses",
                protocol, connections.size());
    self->halt(socket);
    return;
  }
  log::info("{}: accepting resumes", protocol);
  // CAF loses a trigger that comes in the same turn of its loop as the halt.
  self->backend().post([me = caf::strong_actor_ptr{self->ctrl()}, this] {
    if (self->alive() && !paused && !stopping)
      self->trigger(socket);
  });
}

listener_actor::behavior_type
listener(counting_broker_pointer<listener_actor, listener_state> self, int fd,
         std::string protocol, const listener_limits& limits,
         fork_connection fork) {
  log_exceptions(self, protocol);
  self->state.protocol = std::move(protocol);
  self->state.fork = std::move(fork);
  self->state.start(fd, limits);
  self->set_exit_handler([self](const caf::exit_msg&) { self->state.stop(); });
  self->set_down_handler(
    [self](const caf::down_msg& x) { self->state.down(x); });
  return {
    [self](const caf::io::new_connection_msg& x) {
      self->state.accept(x.handle);
    },
    [self](const caf::io::acceptor_closed_msg&) {
      log::error("{}: the listening socket failed", self->state.protocol);
    },
    [self](atom::greeted, uint64_t id) { self->state.greeted(id); },
    [self](atom::watch, uint64_t id, const stat_actor& whom, bool on) {
      self->state.watch(id, whom, on);
    },
    [self](atom::list) {
      std::vector<stat_actor> result;
      for (const auto& [id, x] : self->state.connections)
        result.push_back(x.actor);
      return result;
    },
    [self](atom::stat) { return self->state.stat(); },
    [self](atom::tick) { self->state.tick(); },
  };
}

} // namespace cafq
