#include "net/nsq_connection.hpp"

#include "actors/actor_support.hpp"
#include "net/protocol/errors.hpp"
#include "net/protocol/frame.hpp"
#include "net/socket.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace cafq {

namespace {

/// Bytes of publishes that topics have not answered, beyond which no further
/// command of the client is looked at.
constexpr size_t publish_window = size_t{512} * 1024;

/// Bytes of output a client has not taken, beyond which no further command is
/// looked at. Deliveries alone (consumer::window_bytes) do not reach it, so a
/// consumer that is slow to read can still finish its messages.
constexpr size_t output_window = size_t{512} * 1024;

/// Pieces decoded in a row for one client, whatever a read inflates to.
constexpr size_t most_pieces = 4;

constexpr size_t smallest_read = 1024;
constexpr size_t largest_read = size_t{64} * 1024;

/// How long a client may take to accept the last frames before a close.
constexpr auto linger = std::chrono::seconds{5};

std::string failure_text(settling command, const protocol::message_id& id,
                         queue::settled why) {
  const auto reason = why == queue::settled::not_owner
                        ? protocol::not_owner
                        : protocol::not_in_flight;
  switch (command) {
    case settling::fin:
      return protocol::fin_failed(id, reason).text;
    case settling::req:
      return protocol::req_failed(id, reason).text;
    case settling::touch:
      return protocol::touch_failed(id, reason).text;
  }
  return {};
}

int64_t unix_time_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
           std::chrono::system_clock::now().time_since_epoch())
    .count();
}

} // namespace

connection_state::connection_state(broker ptr) : self(ptr) {
  // nop
}

// -- from the socket ----------------------------------------------------------

void connection_state::start(caf::io::connection_handle handle) {
  hdl = handle;
  fd = static_cast<int>(handle.id());
  peer = settings->direct_send ? net::remote_address(fd) : "test";
  client = protocol::default_settings(settings->server);
  delivery_terms = {client.msg_timeout, client.sample_rate};
  parser.emplace(settings->limits, session);
  read_size = smallest_read;
  self->configure_read(hdl, caf::io::receive_policy::at_most(read_size));
  self->ack_writes(hdl, true);
  connected_at = unix_time_ns() / 1000000000;
  const auto now = self->clock().now();
  heartbeat_every = client.heartbeat_interval;
  next_heartbeat = now + heartbeat_every;
  log::info("TCP: new client({})", peer);
  arm();
}

void connection_state::received(std::string_view bytes) {
  if (end != ending::no)
    return;
  adapt_read_size(bytes.size());
  if (!greeted)
    greet(bytes);
  if (!greeted || end != ending::no)
    return;
  if (secure) {
    secure->feed(bytes);
  } else {
    fed = bytes;
    parser->feed(bytes);
  }
  run();
}

void connection_state::closed_by_peer(caf::io::connection_handle handle) {
  if (handle != hdl || end == ending::closed)
    return;
  if (end != ending::no) {
    // The side we only wrote to is gone as well.
    abort();
    return;
  }
  end = ending::after_input;
  closing_since = self->clock().now();
  // CAF gives up the socket; what we still have to say needs it.
  const auto again = settings->direct_send ? net::duplicate(fd) : -1;
  if (again < 0) {
    close();
    return;
  }
  hdl = self->add_scribe(again);
  fd = again;
  reading = false;
  self->ack_writes(hdl, true);
  if (!greeted) {
    close();
    return;
  }
  run();
  arm();
}

void connection_state::transferred(size_t count) {
  out.gone(count);
  flush();
  go_on();
}

// -- from topics and channels -------------------------------------------------

void connection_state::deliver(const delivery& x) {
  if (end != ending::no)
    return;
  for (const auto& part : x.runs) {
    for (size_t i = part.first; i < size_t{part.first} + part.count; ++i)
      protocol::append_message(
        out.frames(), part.body->timestamp_ns(i), part.attempts,
        protocol::make_id(settings->node_id, part.body->number(i)),
        part.body->body(i));
  }
  if (x.report != 0)
    out.report_when_sent(x.report);
  flush();
}

void connection_state::accepted(ticket t) {
  slots.resolve(t);
  settled_put(t);
  answer();
  go_on();
}

void connection_state::refused(ticket t, const std::string& why) {
  slots.refuse(t, why);
  settled_put(t);
  answer();
}

void connection_state::failed(ticket t, const failures* list) {
  std::vector<char> frames;
  if (list) {
    for (const auto& x : list->list) {
      const auto id = protocol::make_id(settings->node_id, x.number);
      const auto text = failure_text(list->command, id, x.why);
      log_error(text);
      protocol::append_error(frames, text);
    }
  }
  const std::string_view bytes{frames.data(), frames.size()};
  if (t != 0)
    slots.resolve(t, bytes);
  else
    protocol::append(out.frames(), bytes);
  answer();
}

void connection_state::down(const caf::actor_addr& who) {
  if (channel && channel.address() == who) {
    // Deleted, or the node stops: nsqd closes without a frame.
    channel = nullptr;
    abort();
    return;
  }
  std::erase_if(topics,
                [&](const auto& x) { return x.second.address() == who; });
  std::vector<ticket> lost;
  for (const auto& x : open_puts)
    if (x.topic == who)
      lost.push_back(x.t);
  for (auto t : lost)
    refused(t, std::string{protocol::exiting});
}

// -- time ---------------------------------------------------------------------

void connection_state::tick(uint64_t generation) {
  if (generation != tick_generation || end == ending::closed)
    return;
  const auto now = self->clock().now();
  if (end != ending::no) {
    // Topics answer within their own patience.
    if (now - closing_since >= (end == ending::after_output ? 1 : 2) * linger) {
      abort();
      return;
    }
  } else if (shaking_hands()) {
    if (now >= upgrade->deadline) {
      upgrade_timed_out();
      return;
    }
  } else if (heartbeat_every > std::chrono::milliseconds{0}) {
    const auto patience = 2 * client.heartbeat_interval;
    if (owes_line() && now - line_due_since >= patience) {
      log_error("read timeout");
      input_ended();
      return;
    }
    if (now >= next_heartbeat) {
      next_heartbeat += heartbeat_every;
      if (next_heartbeat <= now)
        next_heartbeat = now + heartbeat_every;
      if (greeted && !upgrade) {
        protocol::append(out.frames(), protocol::heartbeat_frame);
        flush();
      }
      out.shrink();
      if (secure)
        secure->shrink();
    }
  }
  arm();
}

void connection_state::abort() {
  // Or CAF would keep the socket until its peer takes what is unsent.
  if (settings->direct_send && end != ending::closed)
    net::abort_connection(fd);
  out.discard();
  close();
}

actor_stat connection_state::stat() const {
  auto result = stat_of(self, "connection", peer, parent);
  result.counters = {
    {"commands", commands},
    {"published", published},
    {"pending_bytes", pending()},
    {"open_bytes", open_bytes},
    {"state", static_cast<uint64_t>(session.current())},
  };
  for (const auto& [key, handle] : topics)
    result.peers.push_back(handle.id());
  if (channel)
    result.peers.push_back(channel.id());
  result.client = client_facts();
  return result;
}

std::shared_ptr<const client_stat> connection_state::client_facts() const {
  auto result = std::make_shared<client_stat>();
  // Who has not introduced itself goes by its address.
  const auto host = peer.substr(0, peer.rfind(':'));
  result->client_id = identified ? client.client_id : host;
  result->hostname = identified ? client.hostname : host;
  result->user_agent = client.user_agent;
  result->remote_address = peer;
  result->connected = connected_at;
  result->state = static_cast<int>(session.current());
  result->sample_rate = client.sample_rate;
  result->deflate = client.deflate;
  result->snappy = client.snappy;
  result->tls = session.tls();
  if (tls && session.tls()) {
    const auto details = tls->details();
    result->tls_version = details.version;
    result->tls_cipher_suite = details.cipher;
  }
  result->published.assign(published_to.begin(), published_to.end());
  return result;
}

// -- the loop -----------------------------------------------------------------

bool connection_state::may_run() const {
  return !waiting && greeted && !upgrade && open_bytes < publish_window
         && pending() < output_window
         && (end == ending::no || end == ending::after_input);
}

bool connection_state::shaking_hands() const {
  return upgrade && upgrade->started;
}

/// Returns the bytes that have not left yet.
size_t connection_state::pending() const {
  return out.pending() + (secure ? secure->output().size() : 0);
}

void connection_state::go_on() {
  if (!reading)
    run();
}

void connection_state::run() {
  bool idle = false;
  run_started = self->clock().now();
  publishes.now(unix_time_ns());
  size_t pieces = 0;
  do {
    while (!idle && may_run() && pieces < most_pieces) {
      auto x = parser->next();
      idle = std::holds_alternative<protocol::need_more>(x);
      handle(x);
      if (idle && secure) {
        idle = !decode();
        ++pieces;
      }
    }
    end_of_read();
  } while (upgrade && advance_upgrade());
  if (!idle && (end == ending::no || end == ending::after_input))
    parser->stash();
  fed = {};
  if (secure)
    secure->stash();
  if (idle && end == ending::after_input)
    input_ended();
  const auto tired = !idle && pieces == most_pieces && may_run();
  if (end == ending::no)
    set_reading((may_run() && !tired) || shaking_hands());
  // Others have their turn before the rest is decoded.
  if (tired)
    self->send(self, atom::resume_v);
}

void connection_state::handle(const protocol::parse_result& x) {
  if (const auto* command = std::get_if<protocol::command>(&x)) {
    ++commands;
    line_due_since = run_started;
    std::visit([this](const auto& y) { on(y); }, *command);
  } else if (const auto* bad = std::get_if<protocol::violation>(&x)) {
    violate(*bad);
  }
}

/// Sends what the commands of this read led to.
void connection_state::end_of_read() {
  send_settlings(false);
  send_publishes();
  answer();
}

void connection_state::greet(std::string_view& bytes) {
  switch (magic.feed(bytes)) {
    case protocol::magic_check::answer::need_more:
      break;
    case protocol::magic_check::answer::ok:
      greeted = true;
      line_due_since = self->clock().now();
      self->send(listener, atom::greeted_v, uint64_t{self->id()});
      log::info("CLIENT({}): desired protocol magic '  V2'", peer);
      break;
    case protocol::magic_check::answer::bad:
      violate(protocol::bad_protocol());
      answer();
      break;
  }
}

void connection_state::violate(const protocol::violation& x) {
  log_error(x.text.empty() ? "command line too long" : x.text);
  settle_before_answer();
  slots.fail(x);
}

/// The peer sends no more, or not in time.
void connection_state::input_ended() {
  if (auto bad = parser->end_of_input())
    violate(*bad);
  else
    slots.fail({}); // close without a frame, behind the last answer
  closing_since = self->clock().now();
  end = ending::after_answers;
  set_reading(false);
  answer();
  arm();
}

/// Sends the answers that are due.
void connection_state::answer() {
  if (end == ending::closed || end == ending::after_output)
    return;
  if (slots.drain(out.frames()))
    flush();
  else
    close_when_sent();
}

void connection_state::flush() {
  if (secure && out.idle() && !encode()) {
    abort();
    return;
  }
  if (out.ready()) {
    auto& frames = out.frames();
    const std::string_view bytes{frames.data(), frames.size()};
    const auto sent = settings->direct_send ? net::send_some(fd, bytes) : 0;
    if (sent < 0) {
      // The read side finds out as well, but may not be looking.
      abort();
      return;
    }
    const auto count = static_cast<size_t>(sent);
    if (count < frames.size()) {
      auto& rest = self->wr_buf(hdl);
      rest.insert(rest.end(), frames.begin() + sent, frames.end());
      self->flush(hdl);
    }
    out.taken(count);
  }
  if (auto report = out.due_report(); report && channel)
    self->send(channel, atom::sent_v, consumer_id{self->id()}, *report);
  if (end == ending::after_output && out.pending() == 0)
    close();
}

/// Closes behind the frames that are under way.
void connection_state::close_when_sent() {
  end = ending::after_output;
  closing_since = self->clock().now();
  set_reading(false);
  arm();
  flush();
}

void connection_state::close() {
  if (std::exchange(end, ending::closed) == ending::closed)
    return;
  log::info("PROTOCOL(V2): [{}] exiting ioloop", peer);
  self->quit();
}

void connection_state::settled_put(ticket t) {
  const auto i = std::find_if(open_puts.begin(), open_puts.end(),
                              [t](const auto& x) { return x.t == t; });
  if (i == open_puts.end())
    return;
  open_bytes -= i->bytes;
  open_puts.erase(i);
}

void connection_state::set_reading(bool on) {
  if (std::exchange(reading, on) == on)
    return;
  if (!on) {
    self->halt(hdl);
    return;
  }
  line_due_since = self->clock().now();
  // CAF loses a trigger that comes in the same turn of its loop as the halt.
  self->backend().post([me = caf::strong_actor_ptr{self->ctrl()}, this] {
    if (self->alive() && reading)
      self->trigger(hdl);
  });
}

void connection_state::adapt_read_size(size_t got) {
  auto size = read_size;
  if (got == size && size < largest_read)
    size = std::min(size * 4, largest_read);
  else if (got < size / 8)
    size = std::max(size / 4, smallest_read);
  if (size == read_size)
    return;
  read_size = size;
  self->configure_read(hdl, caf::io::receive_policy::at_most(read_size));
}

/// Sets the one timer to the next thing that is due.
void connection_state::arm() {
  const auto now = self->clock().now();
  auto next = now + linger;
  if (end == ending::no && shaking_hands()) {
    next = upgrade->deadline;
  } else if (end == ending::no) {
    if (heartbeat_every == std::chrono::milliseconds{0})
      return;
    next = next_heartbeat;
    if (owes_line())
      next = std::min(next, line_due_since + 2 * client.heartbeat_interval);
  }
  // Without a sender: CAF 0.17 leaves the mailbox of a broker that has ended
  // open, and a message in there that names the broker would keep it for ever.
  caf::delayed_anon_send(connection_actor{self},
                         std::max(next - now, queue::duration{0}), atom::tick_v,
                         ++tick_generation);
}

/// Whether the client's time runs: not while it is we who do not read, unless
/// that is because it does not take its answers.
bool connection_state::owes_line() const {
  return greeted && (reading || out.pending() >= output_window);
}

bool connection_state::lasting(std::string_view bytes) const {
  return bytes.data() >= fed.data() && bytes.data() < fed.data() + fed.size();
}

// -- the actor ----------------------------------------------------------------

connection_actor::behavior_type
nsq_connection(connection_actor::stateful_broker_pointer<connection_state> self,
               caf::io::connection_handle handle, const node_actor& node,
               const listener_actor& listener,
               std::shared_ptr<const connection_settings> settings) {
  auto& st = self->state;
  st.node = node;
  st.listener = listener;
  st.parent = listener.id();
  st.settings = std::move(settings);
  st.start(handle);
  log_exceptions(self, "CLIENT");
  self->set_exit_handler([self](const caf::exit_msg&) { self->state.abort(); });
  self->set_down_handler(
    [self](const caf::down_msg& x) { self->state.down(x.source); });
  return {
    [self](atom::deliver, const delivery_ptr& x) { self->state.deliver(*x); },
    [self](atom::accepted, ticket t) { self->state.accepted(t); },
    [self](atom::refused, ticket t, const std::string& why) {
      self->state.refused(t, why);
    },
    [self](atom::failed, ticket t, const failures_ptr& list) {
      self->state.failed(t, list.get());
    },
    [self](const caf::io::new_data_msg& x) {
      self->state.received({x.buf.data(), x.buf.size()});
    },
    [self](const caf::io::connection_closed_msg& x) {
      self->state.closed_by_peer(x.handle);
    },
    [self](const caf::io::data_transferred_msg& x) {
      self->state.transferred(x.written);
    },
    [self](atom::stat) { return self->state.stat(); },
    [self](atom::resume) { self->state.go_on(); },
    [self](atom::tick, uint64_t generation) { self->state.tick(generation); },
  };
}

fork_connection
nsq_connections(node_actor node,
                std::shared_ptr<const connection_settings> settings) {
  return [node = std::move(node), settings = std::move(settings)](
           listener_actor::broker_pointer parent,
           caf::io::connection_handle client) -> stat_actor {
    // CAF 0.17 forwards the arguments of fork twice, so none may be a
    // temporary.
    const listener_actor me{parent};
    return parent->fork(nsq_connection, client, node, me, settings);
  };
}

} // namespace cafq
