#include "net/listener.hpp"

#include "actors/actor_support.hpp"
#include "net/socket.hpp"

#include <algorithm>
#include <utility>

namespace cafq {

namespace {

/// Files the node needs for itself: log, event loop, disk, listening sockets.
constexpr size_t spare_files = 64;

/// Half-open clients a node puts up with.
constexpr size_t most_silent = 1000;

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

listener_state::listener_state(broker ptr) : self(ptr) {
  // nop
}

void listener_state::accept(caf::io::connection_handle client) {
  auto handle = fork(self, client);
  self->monitor(handle);
  ++accepted;
  connections.emplace(handle.id(), handle);
  silent.emplace(handle.id(), handle);
  if (silent.size() > limits.max_silent) {
    const auto oldest = silent.begin();
    log::warn("{}: {} clients have not said anything, closing the oldest",
              protocol, silent.size());
    self->send_exit(oldest->second, caf::exit_reason::user_shutdown);
    silent.erase(oldest);
  }
  pause_or_resume();
}

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
      i->second->eq_impl(caf::make_message_id(), nullptr, self->context(), x);
}

void listener_state::gone(uint64_t id) {
  connections.erase(id);
  for (const auto& x : ends.forget(id))
    self->demonitor(x);
  silent.erase(id);
  if (stopping && connections.empty())
    self->quit();
  else
    pause_or_resume();
}

void listener_state::stop() {
  if (std::exchange(stopping, true))
    return;
  log::info("{}: closing {}", protocol, address);
  self->close(socket);
  for (auto& [id, x] : connections)
    self->send_exit(x, caf::exit_reason::user_shutdown);
  if (connections.empty())
    self->quit();
}

actor_stat listener_state::stat() const {
  auto result = stat_of(self, "listener", protocol + " " + address, 0);
  result.paused = paused;
  result.counters = {{"connections", connections.size()},
                     {"silent", silent.size()},
                     {"accepted", accepted}};
  return result;
}

void listener_state::pause_or_resume() {
  const auto full = connections.size() >= limits.max_connections;
  if (stopping || std::exchange(paused, full) == full)
    return;
  if (full) {
    log::warn("{}: {} connections, as many as the limit of open files or "
              "--max-connections allows; accepting pauses",
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
  auto& st = self->state;
  st.protocol = std::move(protocol);
  st.fork = std::move(fork);
  st.limits = limits;
  st.address = net::local_address(fd);
  st.socket = self->add_doorman(fd);
  log::info("{}: listening on {}", st.protocol, st.address);
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
        result.push_back(x);
      return result;
    },
    [self](atom::stat) { return self->state.stat(); },
  };
}

} // namespace cafq
