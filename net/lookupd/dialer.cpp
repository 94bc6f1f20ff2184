#include "net/lookupd/dialer.hpp"

#include "actors/actor_support.hpp"
#include "net/loop/dial.hpp"
#include "net/loop/socket.hpp"

#include <caf/io/receive_policy.hpp>

#include <chrono>
#include <utility>

namespace cafq {

namespace {

/// As nsqd gives to an nsqlookupd.
constexpr auto dial_back_patience = std::chrono::seconds{1};

constexpr size_t dialed_size = 256;

} // namespace

dialer_state::dialer_state(broker ptr) : self(ptr) {
  // nop
}

caf::result<std::string> dialer_state::find(const std::string& address) {
  if (auto known = plan_.known(address, self->clock().now()))
    return std::move(*known);
  // Where there is no place, nothing is known against it.
  if (!plan_.want(address))
    return std::string{};
  auto& promise = waiting_[address].emplace_back(self);
  auto result = promise.later();
  start();
  return result;
}

void dialer_state::start() {
  while (const auto address = plan_.next())
    dial(*address);
}

void dialer_state::dial(const std::string& address) {
  ++dials_;
  try {
    const auto fd = net::dial(address, net::dial_type::tcp, dial_back_patience);
    const auto handle = self->add_scribe(fd);
    self->configure_read(handle, caf::io::receive_policy::at_most(dialed_size));
    open_.emplace(handle, attempt{address, {}});
  } catch (const net::socket_error& ex) {
    found(address, ex.what());
  }
}

void dialer_state::received(caf::io::connection_handle from,
                            std::string_view bytes) {
  const auto i = open_.find(from);
  if (i == open_.end())
    return;
  i->second.told += bytes;
  const auto result = net::read_dialed(i->second.told);
  if (!result)
    return;
  if (result->fd >= 0)
    net::close_socket(result->fd);
  const auto address = std::move(i->second.address);
  open_.erase(i);
  self->close(from);
  found(address, result->error);
}

void dialer_state::closed(caf::io::connection_handle which) {
  const auto i = open_.find(which);
  if (i == open_.end())
    return;
  const auto address = std::move(i->second.address);
  open_.erase(i);
  found(address, "cannot connect");
}

void dialer_state::found(const std::string& address,
                         const std::string& why_not) {
  if (!why_not.empty()) {
    ++failures_;
    log::warn("DIAL-BACK({}): a node announces it, and nobody answers there - "
              "{}; consumers may not find that node (its --broadcast-address)",
              address, why_not);
  }
  plan_.done(address, why_not, self->clock().now());
  auto whom = waiting_.extract(address);
  if (whom)
    for (auto& x : whom.mapped())
      x.keep(why_not);
  start();
}

actor_stat dialer_state::stat() const {
  const auto doing = open_.empty() ? actor_state::dialer_idle
                                   : actor_state::dialer_dialing;
  auto result = stat_of(self, doing, "dialer", 0);
  if (!open_.empty())
    result.waits_for = awaited::outside(awaited::cause::server,
                                        open_.begin()->second.address);
  result.figures = dialer_figures{
    .dials = dials_,
    .failures = failures_,
    .open = open_.size(),
    .waiting = waiting_.size(),
  };
  return result;
}

dial_back_actor::behavior_type
dial_back(counting_broker_pointer<dial_back_actor, dialer_state> self) {
  log_exceptions(self, "DIALER");
  return {
    [self](atom::find, const std::string& address) {
      return self->state.find(address);
    },
    [self](const caf::io::new_data_msg& x) {
      self->state.received(x.handle, {x.buf.data(), x.buf.size()});
    },
    [self](const caf::io::connection_closed_msg& x) {
      self->state.closed(x.handle);
    },
    [self](atom::stat) { return self->state.stat(); },
  };
}

} // namespace cafq
