#include "net/peers/lookup_peer.hpp"

#include "actors/actor_support.hpp"
#include "net/loop/dial.hpp"
#include "net/loop/socket.hpp"

#include <algorithm>
#include <utility>

namespace cafq {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// As nsqd.
constexpr auto dial_patience = seconds{1};
constexpr auto ping_interval = seconds{15};

/// How long a nsqlookupd may owe us an answer. nsqd gives it 1 s, and waits
/// meanwhile; here nothing does.
constexpr auto answer_patience = seconds{5};

/// How often to look what is due while there is a connection.
constexpr auto alive_interval = seconds{1};

/// Time between attempts to connect: doubles from the one to the other.
constexpr auto first_backoff = milliseconds{500};
constexpr auto longest_backoff = seconds{15};

/// Bytes a nsqlookupd may leave lying: REGISTER for 100,000 channels with the
/// longest names.
constexpr size_t most_pending = size_t{16} << 20U;

constexpr size_t read_size = 4096;

} // namespace

lookup_peer_state::lookup_peer_state(broker ptr) : self(ptr), timer_(ptr) {
  // nop
}

// -- connecting ---------------------------------------------------------------

void lookup_peer_state::dial() {
  phase_ = phase::dialing;
  ++dials_;
  dialed_.clear();
  try {
    fd_ = net::dial(address, net::dial_type::tcp, dial_patience);
  } catch (const net::socket_error& ex) {
    lost(ex.what());
    return;
  }
  hdl_ = self->add_scribe(fd_);
  self->configure_read(hdl_, caf::io::receive_policy::at_most(read_size));
}

void lookup_peer_state::on_dialed() {
  auto result = net::read_dialed(dialed_);
  if (!result)
    return;
  self->close(hdl_);
  if (result->fd < 0) {
    lost(result->error);
    return;
  }
  phase_ = phase::connected;
  ++connects_;
  fd_ = result->fd;
  hdl_ = self->add_scribe(fd_);
  self->configure_read(hdl_, caf::io::receive_policy::at_most(read_size));
  self->ack_writes(hdl_, true);
  pending_ = 0;
  waiting_since_ = self->clock().now();
  session_.open(identity);
  flush();
  arm();
}

/// The connection is of no use any more.
void lookup_peer_state::lost(const std::string& why) {
  leave();
  backoff_ = std::clamp<queue::duration>(backoff_ * 2, first_backoff,
                                         longest_backoff);
  dial_at_ = self->clock().now() + backoff_;
  arm();
  log::warn("LOOKUPD({}): {}, trying again in {} ms", address, why,
            std::chrono::duration_cast<milliseconds>(backoff_).count());
}

/// Gives up the socket, if there is one.
void lookup_peer_state::leave() {
  if (std::exchange(phase_, phase::resting) == phase::connected) {
    // Or CAF would keep it until all that was written has left.
    net::abort_connection(fd_);
    if (session_.ready())
      self->send(discovery, atom::vacant_v, topology_actor{self});
  }
  if (self->valid(hdl_))
    self->close(hdl_);
  session_ = {};
}

// -- from the socket ----------------------------------------------------------

void lookup_peer_state::received(handle from, std::string_view bytes) {
  if (from != hdl_ || phase_ == phase::resting)
    return;
  if (phase_ == phase::dialing) {
    dialed_ += bytes;
    on_dialed();
    return;
  }
  const auto known = session_.ready();
  waiting_since_ = self->clock().now();
  if (const auto wrong = session_.received(bytes); !wrong.empty()) {
    lost(wrong);
    return;
  }
  if (known || !session_.ready())
    return;
  const auto& peer = session_.peer();
  log::info("LOOKUPD({}): peer info {} {}", address, peer.version,
            protocol::http_address_of(peer));
  backoff_ = {};
  ping_at_ = waiting_since_ + ping_interval;
  self->send(discovery, atom::greeted_v, topology_actor{self},
             protocol::http_address_of(peer));
}

void lookup_peer_state::closed(handle which) {
  if (which == hdl_ && phase_ != phase::resting)
    lost(phase_ == phase::dialing ? "cannot connect" : "connection lost");
}

void lookup_peer_state::transferred(handle which, size_t count) {
  if (which == hdl_)
    pending_ -= std::min(pending_, count);
}

// -- from others --------------------------------------------------------------

void lookup_peer_state::announce(std::string_view topic,
                                 std::string_view channel, bool exists) {
  if (!session_.ready())
    return;
  if (session_.unanswered() == 0)
    waiting_since_ = self->clock().now();
  if (exists)
    session_.announce(topic, channel);
  else
    session_.withdraw(topic, channel);
  ++commands_;
  flush();
}

void lookup_peer_state::flush() {
  const auto bytes = session_.take_output();
  auto& out = self->wr_buf(hdl_);
  out.insert(out.end(), bytes.begin(), bytes.end());
  pending_ += bytes.size();
  if (pending_ > most_pending)
    lost("does not read what we send");
  else
    self->flush(hdl_);
}

void lookup_peer_state::tick() {
  look();
  arm();
}

/// Does what is due.
void lookup_peer_state::look() {
  const auto now = self->clock().now();
  if (phase_ == phase::resting && now >= dial_at_) {
    dial();
  } else if (phase_ == phase::connected) {
    if (session_.unanswered() > 0 && now - waiting_since_ >= answer_patience) {
      lost("no answer");
    } else if (session_.ready() && now >= ping_at_) {
      ping_at_ = now + ping_interval;
      if (session_.unanswered() == 0)
        waiting_since_ = now;
      session_.ping();
      ++commands_;
      flush();
    }
  }
}

void lookup_peer_state::arm() {
  if (phase_ == phase::resting)
    timer_.set(dial_at_);
  else if (phase_ == phase::connected)
    timer_.set(self->clock().now() + alive_interval);
}

void lookup_peer_state::stop() {
  leave();
  self->quit();
}

actor_state lookup_peer_state::situation() const {
  switch (phase_) {
    case phase::resting:
      return actor_state::lookup_peer_backing_off;
    case phase::dialing:
      return actor_state::lookup_peer_connecting;
    case phase::connected:
      break;
  }
  return session_.ready() ? actor_state::lookup_peer_registered
                          : actor_state::lookup_peer_greeting;
}

actor_stat lookup_peer_state::stat() const {
  auto result = stat_of(self, situation(), address, parent);
  const auto now = self->clock().now();
  if (phase_ == phase::resting)
    result.waits_for = awaited::outside(awaited::cause::server, address);
  else if (phase_ == phase::connected && session_.unanswered() > 0)
    result.ages.emplace_back("answer", now - waiting_since_);
  result.figures = lookup_peer_figures{
    .ready = session_.ready() ? 1U : 0U,
    .dials = dials_,
    .connects = connects_,
    .commands = commands_,
    .unanswered = session_.unanswered(),
    .errors = session_.errors(),
    .pending_bytes = pending_,
  };
  return result;
}

lookup_peer_actor::behavior_type
lookup_peer(counting_broker_pointer<lookup_peer_actor, lookup_peer_state> self,
            std::string address, protocol::lookup_identity identity,
            const discovery_actor& discovery) {
  log_exceptions(self, "LOOKUPD(" + address + ")");
  auto& st = self->state;
  st.address = std::move(address);
  st.identity = std::move(identity);
  st.discovery = discovery;
  st.parent = discovery.id();
  log::info("LOOKUPD({}): adding peer", st.address);
  self->set_exit_handler([self](const caf::exit_msg&) { self->state.stop(); });
  st.dial();
  return {
    [self](atom::topic, const std::string& topic, bool exists) {
      self->state.announce(topic, {}, exists);
    },
    [self](atom::channel, const std::string& topic, const std::string& channel,
           bool exists) { self->state.announce(topic, channel, exists); },
    [self](const caf::io::new_data_msg& x) {
      self->state.received(x.handle, {x.buf.data(), x.buf.size()});
    },
    [self](const caf::io::connection_closed_msg& x) {
      self->state.closed(x.handle);
    },
    [self](const caf::io::data_transferred_msg& x) {
      self->state.transferred(x.handle, x.written);
    },
    [self](atom::stat) { return self->state.stat(); },
    [self](atom::tick) { self->state.tick(); },
  };
}

} // namespace cafq
