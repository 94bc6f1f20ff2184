#include "net/lookupd/producer_connection.hpp"

#include "actors/actor_support.hpp"
#include "net/client/connection_actor.hpp"
#include "net/loop/asked_for_memory.hpp"
#include "net/protocol/utf8.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace cafq {

namespace {

using std::chrono::seconds;

constexpr size_t producer_read = 1024;

/// Commands that are under way at a time, and while memory is short.
constexpr size_t most_commands = 512;
constexpr size_t few_commands = 16;

/// Answers a node has not taken, beyond which its commands wait.
constexpr size_t answers_window = size_t{64} * 1024;

/// How long a node may leave answers lying, and the last one.
constexpr auto output_patience = seconds{30};
constexpr auto last_patience = seconds{5};

constexpr std::string_view no_room_for_node
  = "E_IDENTIFY_FAILED IDENTIFY failed the registry is full";
constexpr std::string_view no_room
  = "E_REGISTER_FAILED REGISTER failed the registry is full";

bool is_identity(const protocol::lookup_command& x) {
  return std::holds_alternative<protocol::lookup_identity>(x);
}

/// Returns the bytes of memory that commands take.
size_t memory_of(const lookup::commands& x) {
  // Names are short, or of the size of what came.
  return x.list.capacity() * sizeof(x.list.front());
}

} // namespace

producer_state::producer_state(broker ptr)
  : self(ptr), socket(ptr), timer(ptr) {
  // nop
}

// -- from the socket ----------------------------------------------------------

void producer_state::start(caf::io::connection_handle handle) {
  socket.open(handle, producer_read, settings->sending);
  socket.keep_alive();
  share = std::make_unique<client_share>(
    settings->clients, asked_for_memory<producer_actor>(*this));
  last_progress = self->clock().now();
  log::info("TCP: new client({})", peer());
}

void producer_state::received(std::string_view bytes) {
  if (ending)
    return;
  socket.adapt_read_size(bytes.size(), settings->clients->tight());
  session.feed(bytes);
  run();
  if (!ending && !under_way)
    socket.acknowledge();
}

void producer_state::closed_by_peer(caf::io::connection_handle handle) {
  if (!socket.is(handle) || closed)
    return;
  if (std::exchange(peer_done, true) || ending || !socket.outlive_input()) {
    abort();
    return;
  }
  run();
}

void producer_state::transferred(size_t count) {
  socket.transferred(count);
  last_progress = self->clock().now();
  flush();
  run();
}

// -- the loop -----------------------------------------------------------------

/// Goes on with what the node has sent, as far as that may be worked on.
void producer_state::run() {
  const auto window = settings->clients->window(answers_window);
  bool idle = false;
  while (!idle && !under_way && !ending && socket.pending() < window)
    idle = !read_commands();
  if (idle && peer_done && !ending) {
    // Half a command will not get better.
    const auto half = session.end_of_input();
    end(half ? half->text : "");
  }
  if (closed)
    return;
  if (!ending)
    socket.set_reading(idle && !peer_done);
  tell_conduct();
  account();
}

/// Hands commands to REGISTRY.
/// @returns false if there is no whole one.
bool producer_state::read_commands() {
  auto batch = std::make_shared<lookup::commands>();
  const auto most = settings->clients->tight() ? few_commands : most_commands;
  auto more = true;
  while (more && !wrong && batch->list.size() < most) {
    auto x = session.next();
    if (auto* command = std::get_if<protocol::lookup_command>(&x))
      batch->list.push_back(std::move(*command));
    else if (auto* bad = std::get_if<protocol::violation>(&x))
      wrong = std::move(*bad);
    else
      more = false;
  }
  if (batch->list.empty()) {
    if (wrong)
      end(wrong->text);
    return more;
  }
  if (!std::exchange(greeted, true)) {
    self->send(listener, atom::greeted_v, uint64_t{self->id()});
    log::info("CLIENT({}): desired protocol magic '  V1'", peer());
  }
  commands += batch->list.size();
  batch->remote_address = peer();
  under_way = batch;
  self
    ->request(settings->registry, caf::infinite, atom::put_v, stat_actor{self},
              under_way)
    .then(
      [this](const lookup::outcome& how) {
        const auto what = std::exchange(under_way, nullptr);
        answer(*what, how);
        run();
      },
      [this](const caf::error&) { abort(); });
  return true;
}

void producer_state::answer(const lookup::commands& what,
                            const lookup::outcome& how) {
  if (closed)
    return;
  auto refused = how.refused.begin();
  for (size_t i = 0; i < what.list.size(); ++i) {
    const auto identity = is_identity(what.list[i]);
    const auto full = refused != how.refused.end() && *refused == i;
    if (full)
      ++refused;
    if (full && identity) {
      end(std::string{no_room_for_node});
      return;
    }
    identified |= identity;
    auto& out = socket.frames();
    if (identity)
      protocol::append_lookup_answer(out, to_json(settings->identity));
    else
      protocol::append_lookup_answer(out, full ? no_room : "OK");
  }
  last_progress = self->clock().now();
  if (wrong)
    end(wrong->text);
  else
    flush();
}

/// Nothing more is read.
/// @param text The last answer; empty for none.
void producer_state::end(const std::string& text) {
  ending = true;
  if (!text.empty()) {
    log::error("[{}] - {}", peer(), protocol::excerpt(text));
    protocol::append_lookup_answer(socket.frames(), text);
  }
  last_progress = self->clock().now();
  socket.set_reading(false);
  socket.last_output();
  flush();
}

void producer_state::flush() {
  if (closed)
    return;
  if (!socket.flush()) {
    abort();
    return;
  }
  if (socket.pending() > 0) {
    timer.set(last_progress + (ending ? last_patience : output_patience));
    return;
  }
  if (!ending)
    return;
  closed = true;
  share.reset();
  log::info("PROTOCOL(V1): [{}] exiting ioloop", peer());
  socket.close();
}

void producer_state::abort() {
  if (std::exchange(closed, true))
    return;
  ending = true;
  socket.break_off();
  share.reset();
  log::info("PROTOCOL(V1): [{}] exiting ioloop", peer());
  socket.close();
}

// -- upkeep -------------------------------------------------------------------

void producer_state::resume() {
  if (settings->clients->tight())
    socket.shrink();
  run();
}

void producer_state::tick() {
  if (closed || socket.pending() == 0)
    return;
  const auto until = last_progress + (ending ? last_patience : output_patience);
  if (self->clock().now() < until) {
    timer.set(until);
    return;
  }
  log::error("[{}] - does not read its answers", peer());
  abort();
}

/// Tells what the client holds now.
void producer_state::account() {
  if (share)
    share->holds(socket.held() + session.held()
                 + (under_way ? memory_of(*under_way) : 0));
}

/// Lets the LISTENER know what speaks for this client.
void producer_state::tell_conduct() {
  place->spoke = greeted;
  place->active = last_progress;
  place->busy = under_way != nullptr || socket.pending() > 0;
  place->done = ending;
  // Nodes ping, and nobody takes the place of one.
  place->heartbeats = identified;
}

actor_state producer_state::situation() const {
  if (ending)
    return actor_state::producer_closing;
  if (under_way)
    return actor_state::producer_busy;
  if (socket.pending() > 0)
    return actor_state::producer_output_full;
  return greeted ? actor_state::producer_idle : actor_state::producer_greeting;
}

actor_stat producer_state::stat() const {
  const auto doing = situation();
  auto result = stat_of(self, doing, peer(), parent);
  result.in_state = self->clock().now() - last_progress;
  if (doing == actor_state::producer_busy)
    result.waits_for = awaited::some_actor(settings->registry.id());
  else if (doing == actor_state::producer_output_full)
    result.waits_for = awaited::outside(awaited::cause::client);
  result.figures = producer_figures{
    .commands = commands,
    .identified = identified ? 1U : 0U,
    .pending_bytes = socket.pending(),
  };
  result.peers.push_back(settings->registry.id());
  return result;
}

// -- the actor ----------------------------------------------------------------

producer_actor::behavior_type producer_connection(
  counting_broker_pointer<producer_actor, producer_state> self,
  caf::io::connection_handle handle, const listener_actor& listener,
  const client_ptr& place, std::shared_ptr<const producer_settings> settings) {
  start_connection(self, handle, listener, place, std::move(settings),
                   "PRODUCER");
  return {
    [self](atom::stat) { return self->state.stat(); },
    on_bytes(self),
    on_closed(self),
    on_transferred(self),
    one_way([self](atom::resume) { self->state.resume(); }),
    one_way([self](atom::tick) { self->state.tick(); }),
  };
}

fork_connection
producer_connections(std::shared_ptr<const producer_settings> settings) {
  return forks(producer_connection, std::move(settings));
}

} // namespace cafq
