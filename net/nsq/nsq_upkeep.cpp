#include "actors/actor_support.hpp"
#include "net/nsq/nsq_connection.hpp"
#include "net/protocol/frame.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace cafq {

namespace {

/// How long a client may take to accept the last frames before a close.
constexpr auto linger = std::chrono::seconds{5};

/// How often to look whether a client without heartbeats is stuck: twice the
/// default interval.
constexpr auto upkeep_interval = std::chrono::seconds{60};

/// A consumer that takes nothing of what it is sent, and says nothing for so
/// long, does not read.
constexpr auto silence = std::chrono::seconds{1};

} // namespace

// -- time ---------------------------------------------------------------------

void connection_state::tick() {
  if (phase == nsq_phase::closed)
    return;
  const auto now = self->clock().now();
  if (ending()) {
    if (now >= close_deadline()) {
      abort();
      return;
    }
  } else if (shaking_hands()) {
    if (now >= upgrade->deadline) {
      upgrade_timed_out();
      return;
    }
  } else if (body_is_slow(now)) {
    log_error("too slow with a large body, for which others wait");
    input_ended();
    return;
  } else if (heartbeat_every > std::chrono::milliseconds{0}) {
    if (owes_line() && now - line_due_since >= 2 * client.heartbeat_interval) {
      log_error("read timeout");
      input_ended();
      return;
    }
    if (now >= next_heartbeat)
      send_heartbeat(now);
  } else if (now >= next_look) {
    next_look = now + upkeep_interval;
    if (stuck()) {
      log_error("neither reads nor writes, and others need its memory");
      abort();
      return;
    }
  }
  arm();
}

void connection_state::send_heartbeat(queue::time_point now) {
  next_heartbeat += heartbeat_every;
  if (next_heartbeat <= now)
    next_heartbeat = now + heartbeat_every;
  if (phase == nsq_phase::open && !upgrade) {
    socket.append(protocol::heartbeat_frame);
    flush();
  }
  socket.shrink();
}

/// Says whether there is memory for the command that is being read. If not,
/// `resume` comes when there is.
/// @param idle Whether all commands that have arrived whole were executed.
bool connection_state::body_has_room(bool idle) {
  if (idle && !ending()) {
    const auto size = parser->expected();
    if (size <= body_budget::small || large_of != commands)
      large.close();
    if (large.closed())
      large_of = commands;
    const auto wake = [this] {
      caf::anon_send(connection_actor{self}, atom::resume_v);
    };
    if (!large.admits(*settings->bodies, size, parser->buffered(), wake))
      return false;
    if (!large.grow_to(size)) {
      log_error("a body longer than it said, for which there is no memory");
      input_ended();
      return false;
    }
  }
  if (large.fresh()) {
    if (parser->expected() > 0)
      parser->reserve();
    large.begin(run_started, parser->fed());
    arm();
  }
  return true;
}

/// Whether others wait for the memory of a command that hardly comes.
bool connection_state::body_is_slow(queue::time_point now) {
  return large.too_slow(now, parser->fed()) && owes_line();
}

/// Sets the timer to the next thing that is due.
void connection_state::arm() {
  if (const auto look = large.next_look(); look && !ending())
    timer.set(*look);
  if (ending()) {
    timer.set(close_deadline());
  } else if (shaking_hands()) {
    timer.set(upgrade->deadline);
  } else if (heartbeat_every > std::chrono::milliseconds{0}) {
    auto next = next_heartbeat;
    if (owes_line())
      next = std::min(next, line_due_since + 2 * client.heartbeat_interval);
    timer.set(next);
  } else {
    timer.set(next_look);
  }
}

/// Lets the LISTENER know what speaks for this client.
void connection_state::tell_conduct() {
  place->spoke = commands > 0;
  place->busy = due != nsq_answer::none || !slots.empty() || large.waiting();
  place->done = phase == nsq_phase::sending;
  place->heartbeats = heartbeat_every > std::chrono::milliseconds{0};
}

/// Returns when a connection that is to end does so in any case.
queue::time_point connection_state::close_deadline() const {
  // Topics answer within their own patience.
  return closing_since + (phase == nsq_phase::sending ? 1 : 2) * linger;
}

/// Whether the client's time runs: not while it is we who do not read, unless
/// that is because it does not take its answers.
bool connection_state::owes_line() const {
  return phase != nsq_phase::greeting && (socket.reading() || output_full());
}

// -- stats --------------------------------------------------------------------

nsq_situation connection_state::situation() const {
  nsq_situation result;
  result.phase = phase;
  result.upgrading = upgrade.has_value();
  result.due = due;
  result.no_memory = large.waiting();
  // A channel waits for less, and so does one that has nothing more to give.
  const auto quiet = self->clock().now() - run_started >= silence;
  result.output_full = output_full()
                       || (channel && quiet && socket.pending() > 0);
  result.publishes_full = !has_windows() && !output_full();
  result.owed = !slots.empty();
  result.within_command = parser->expected() > 0;
  return result;
}

/// The one place that says whom the client waits for in this state.
awaited connection_state::waits_for(actor_state x) const {
  using enum actor_state;
  using cause = awaited::cause;
  switch (x) {
    case connection_asking_auth:
      return awaited::some_actor(settings->authorizer.id());
    case connection_subscribing:
      return awaited::some_actor(node.id());
    case connection_waits_for_topic:
      return awaited::some_actor(due == nsq_answer::topic || open_puts.empty()
                                   ? node.id()
                                   : open_puts.front().topic.id());
    case connection_handshaking:
      return shaking_hands() && upgrade->handshake->stepping()
               ? awaited::some_actor(settings->handshaker.id())
               : awaited::outside(cause::client);
    case connection_waits_for_memory:
      return awaited::outside(cause::memory);
    case connection_output_full:
    case connection_receiving:
    case connection_greeting:
      return awaited::outside(cause::client);
    default:
      return {};
  }
}

actor_stat connection_state::stat() const {
  const auto doing = state_of(situation());
  auto result = stat_of(self, doing, socket.peer(), parent);
  result.in_state = self->clock().now() - std::max(run_started, place->came);
  result.waits_for = waits_for(doing);
  result.figures = connection_figures{
    .commands = commands,
    .published = published,
    .pending_bytes = socket.pending(),
    .open_bytes = open_bytes,
    .state = static_cast<uint64_t>(session.current()),
  };
  for (const auto& [key, handle] : topics)
    result.peers.push_back(handle.id());
  if (channel)
    result.peers.push_back(channel.id());
  if (settings->authorizer)
    result.peers.push_back(settings->authorizer.id());
  result.client = client_facts();
  return result;
}

std::shared_ptr<const client_stat> connection_state::client_facts() const {
  auto result = std::make_shared<client_stat>();
  // Who has not introduced itself goes by its address.
  const auto host = socket.peer_ip();
  result->client_id = identified ? client.client_id : host;
  result->hostname = identified ? client.hostname : host;
  result->user_agent = client.user_agent;
  result->remote_address = socket.peer();
  result->connected = connected_at;
  result->state = static_cast<int>(session.current());
  result->sample_rate = client.sample_rate;
  result->deflate = client.deflate;
  result->snappy = client.snappy;
  result->tls = session.tls();
  if (const auto* tls = socket.tls(); tls && session.tls()) {
    const auto details = tls->details();
    result->tls_version = details.version;
    result->tls_cipher_suite = details.cipher;
  }
  if (const auto& grant = gate.grant()) {
    result->authed = true;
    result->auth_identity = grant->identity();
    result->auth_identity_url = grant->identity_url();
  }
  result->published.assign(published_to.begin(), published_to.end());
  return result;
}

} // namespace cafq
