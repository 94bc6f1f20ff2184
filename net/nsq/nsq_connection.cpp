#include "net/nsq/nsq_connection.hpp"

#include "actors/actor_support.hpp"
#include "actors/unix_time.hpp"
#include "net/client/connection_actor.hpp"
#include "net/loop/turn_watch.hpp"
#include "net/protocol/command_text.hpp"
#include "net/protocol/errors.hpp"

#include <caf/send.hpp>

#include <utility>

namespace cafq {

namespace {

/// What one client may have done before the others have their turn, in commands
/// of the cheap kind; less while turns are long, as there are many clients.
constexpr size_t most_effort = 1024;
constexpr size_t crowded_effort = 128;

/// Of a piece that was decoded, whatever a read inflates to, and of a part of
/// an MPUB.
constexpr size_t piece_effort = 512;

/// Of parsing JSON, and of asking an auth server.
constexpr size_t body_effort = 64;

bool is_part(const protocol::parse_result& x) {
  const auto* command = std::get_if<protocol::command>(&x);
  return command && std::holds_alternative<protocol::mpub_part>(*command);
}

size_t effort_of(const protocol::parse_result& x) {
  const auto* command = std::get_if<protocol::command>(&x);
  if (is_part(x))
    return piece_effort;
  return command
             && (std::holds_alternative<protocol::identify>(*command)
                 || std::holds_alternative<protocol::auth>(*command))
           ? body_effort
           : 1;
}

constexpr size_t least_read = 1024;

} // namespace

connection_state::connection_state(broker ptr)
  : self(ptr), socket(ptr), timer(ptr) {
  // nop
}

// -- from the socket ----------------------------------------------------------

void connection_state::start(caf::io::connection_handle handle) {
  socket.open(handle, least_read, settings->sending);
  join_memory();
  client = protocol::default_settings(settings->server);
  delivery_terms = {client.msg_timeout, client.sample_rate, client.msg_timeout};
  parser.emplace(settings->limits, session);
  connected_at = unix_time_ns() / 1'000'000'000;
  const auto now = self->clock().now();
  heartbeat_every = client.heartbeat_interval;
  next_heartbeat = now + heartbeat_every;
  log::info("TCP: new client({})", socket.peer());
  arm();
}

void connection_state::received(std::string_view bytes) {
  if (ending())
    return;
  socket.adapt_read_size(bytes.size(), settings->clients->tight());
  if (phase == nsq_phase::greeting)
    greet(bytes);
  if (phase != nsq_phase::open)
    return;
  if (shaking_hands()) {
    upgrade->handshake->feed(bytes);
  } else if (auto* filters = socket.filters()) {
    filters->feed(bytes);
  } else {
    fed = bytes;
    parser->feed(bytes);
  }
  run();
  // Part of a command, or FIN and the like: no answer takes the word along.
  if (!ending() && slots.empty())
    socket.acknowledge();
}

void connection_state::closed_by_peer(caf::io::connection_handle handle) {
  if (!socket.is(handle) || phase == nsq_phase::closed)
    return;
  if (ending()) {
    // The side we only wrote to is gone as well.
    abort();
    return;
  }
  if (phase == nsq_phase::greeting || !socket.outlive_input()) {
    close();
    return;
  }
  phase = nsq_phase::emptying;
  closing_since = self->clock().now();
  run();
  arm();
}

void connection_state::transferred(size_t count) {
  socket.transferred(count);
  flush();
  go_on();
}

// -- the loop -----------------------------------------------------------------

bool connection_state::may_run() const {
  return due == nsq_answer::none && executes() && !upgrade && has_windows();
}

bool connection_state::shaking_hands() const {
  return upgrade && upgrade->handshake;
}

void connection_state::go_on() {
  if (!socket.reading())
    run();
}

void connection_state::take_turn() {
  turn.came();
  if (socket.wants_turn())
    flush();
  go_on();
}

void connection_state::run() {
  run_started = self->clock().now();
  publishes.now(unix_time_ns());
  const auto most = net::crowded.now(run_started) ? crowded_effort
                                                  : most_effort;
  size_t effort = 0;
  if (held && may_run()) {
    held_bytes = 0;
    std::exchange(held, nullptr)();
  }
  const auto idle = run_commands(most, effort);
  keep_rest(idle);
  if (idle && phase == nsq_phase::emptying)
    input_ended();
  const auto tired = !idle && effort >= most && may_run();
  const auto room = body_has_room(idle);
  if (!ending())
    set_reading((may_run() && !tired && room)
                || (shaking_hands() && !upgrade->handshake->stepping()));
  place->active = run_started;
  tell_conduct();
  if (tired)
    turn.ask<connection_actor>(self);
  account();
}

/// Executes what has arrived, as far as that may be done now.
/// @returns whether all commands that have arrived whole were executed.
bool connection_state::run_commands(size_t most, size_t& effort) {
  bool idle = false;
  do {
    while (!idle && may_run() && effort < most)
      idle = !step(effort);
    end_of_read();
  } while (upgrade && advance_upgrade());
  return idle;
}

/// Executes the next command, or decodes the next piece.
/// @returns false if there is neither.
bool connection_state::step(size_t& effort) {
  const auto x = parser->next();
  handle(x);
  effort += effort_of(x);
  if (!std::holds_alternative<protocol::need_more>(x))
    return true;
  if (!socket.filters())
    return false;
  effort += piece_effort;
  return decode();
}

/// What was read is gone behind this.
void connection_state::keep_rest(bool idle) {
  if (!idle && executes())
    parser->stash();
  fed = {};
  if (auto* filters = socket.filters())
    filters->stash();
}

void connection_state::handle(const protocol::parse_result& x) {
  if (const auto* command = std::get_if<protocol::command>(&x)) {
    commands += !is_part(x);
    line_due_since = run_started;
    if (log::enabled(log::level::debug))
      log::debug("PROTOCOL(V2): [{}] {}", socket.peer(),
                 protocol::text_of(*command));
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
      phase = nsq_phase::open;
      line_due_since = self->clock().now();
      self->send(listener, atom::greeted_v, uint64_t{self->id()});
      log::info("CLIENT({}): desired protocol magic '  V2'", socket.peer());
      break;
    case protocol::magic_check::answer::bad:
      violate(protocol::bad_protocol());
      answer();
      break;
  }
}

/// Answers a command that ends the connection.
/// @pre x.fatal
void connection_state::violate(const protocol::violation& x) {
  log_error(x.text.empty() ? "command line too long" : x.text);
  settle_before_answer();
  slots.fail(x);
  end_input();
}

/// Nothing that the client has sent behind the last command is parsed or done,
/// nor anything it sends from here on. The commands before still get their
/// answers.
void connection_state::end_input() {
  if (phase > nsq_phase::emptying)
    return;
  phase = nsq_phase::answering;
  closing_since = self->clock().now();
  held = nullptr;
  held_bytes = 0;
  parser->end();
  large.close();
  set_reading(false);
  arm();
}

/// The peer sends no more, or not in time.
void connection_state::input_ended() {
  if (auto bad = parser->end_of_input())
    violate(*bad);
  else
    slots.fail({}); // close without a frame, behind the last answer
  end_input();
  answer();
}

/// Sends the answers that are due.
void connection_state::answer() {
  if (phase >= nsq_phase::sending)
    return;
  if (slots.drain(socket.frames()))
    flush();
  else
    close_when_sent();
  tell_conduct();
}

void connection_state::flush() {
  if (!socket.flush()) {
    abort();
    return;
  }
  if (socket.wants_turn())
    turn.ask<connection_actor>(self);
  if (auto report = socket.due_report(); report && channel)
    self->send(channel, atom::sent_v, consumer_id{self->id()}, *report);
  // Most often all has gone, and there was little of it.
  if (share && (share->charged() || socket.held() > client_memory::free_bytes))
    account();
  if (phase == nsq_phase::sending && socket.pending() == 0)
    close();
}

/// Closes behind the frames that are under way.
void connection_state::close_when_sent() {
  phase = nsq_phase::sending;
  large.close();
  socket.last_output();
  closing_since = self->clock().now();
  set_reading(false);
  arm();
  flush();
}

void connection_state::close() {
  phase = nsq_phase::closed;
  if (shaking_hands())
    upgrade->handshake->give_up();
  large.close();
  share.reset();
  if (socket.close())
    log::info("PROTOCOL(V2): [{}] exiting ioloop", socket.peer());
}

void connection_state::abort() {
  socket.break_off();
  close();
}

void connection_state::set_reading(bool on) {
  if (socket.set_reading(on) && on)
    line_due_since = self->clock().now();
}

bool connection_state::lasting(std::string_view bytes) const {
  return bytes.data() >= fed.data() && bytes.data() < fed.data() + fed.size();
}

// -- the actor ----------------------------------------------------------------

connection_actor::behavior_type
nsq_connection(counting_broker_pointer<connection_actor, connection_state> self,
               caf::io::connection_handle handle,
               const listener_actor& listener, const client_ptr& place,
               std::shared_ptr<const connection_settings> settings,
               const node_actor& node) {
  self->state.node = node;
  start_connection(self, handle, listener, place, std::move(settings),
                   "CLIENT");
  self->set_down_handler(
    [self](const caf::down_msg& x) { self->state.down(x.source); });
  return {
    one_way([self](atom::deliver, const delivery_ptr& x) {
      self->state.deliver(*x);
    }),
    one_way([self](atom::accepted, ticket t) { self->state.accepted(t); }),
    one_way([self](atom::refused, ticket t, const std::string& why) {
      self->state.refused(t, why);
    }),
    one_way([self](atom::failed, ticket t, const failures_ptr& list) {
      self->state.failed(t, list.get());
    }),
    on_bytes(self),
    on_closed(self),
    on_transferred(self),
    [self](atom::stat) { return self->state.stat(); },
    one_way([self](atom::resume) { self->state.resume(); }),
    one_way([self](atom::turn) { self->state.take_turn(); }),
    one_way([self](atom::tick) { self->state.tick(); }),
  };
}

fork_connection
nsq_connections(node_actor node,
                std::shared_ptr<const connection_settings> settings) {
  return forks(nsq_connection, std::move(settings), std::move(node));
}

} // namespace cafq
