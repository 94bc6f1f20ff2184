#include "net/httpd/http_connection.hpp"

#include "actors/actor_support.hpp"
#include "net/client/connection_actor.hpp"
#include "net/http/lookup_api.hpp"
#include "net/loop/asked_for_memory.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace cafq {

namespace {

using std::chrono::seconds;

constexpr size_t smallest_read = 2048;

/// Answers a client has not taken, beyond which its next request waits.
constexpr size_t answers_window = size_t{256} * 1024;

/// Bytes of further requests that may lie here while one is worked on.
constexpr size_t input_window = size_t{64} * 1024;

/// How long a TLS handshake may take, as on the NSQ port.
constexpr auto handshake_timeout = seconds{5};

/// How long a head may take to arrive.
constexpr auto head_patience = seconds{10};

/// How long a body may take, and the slowest rate beyond that.
constexpr auto body_patience = seconds{30};
constexpr size_t slowest_body = size_t{16} * 1024; // bytes per second

/// How long a client may keep a connection without a request.
constexpr auto idle_patience = std::chrono::minutes{10};

/// How long a client may leave an answer lying.
constexpr auto output_patience = seconds{30};

/// How long a client may stay that may only ask for health.
constexpr auto health_patience = seconds{3};

/// How long what a client still sends is thrown away behind the last answer.
constexpr auto linger_patience = seconds{1};

} // namespace

http_connection_state::http_connection_state(broker ptr)
  : self(ptr), socket(ptr), timer(ptr) {
  // nop
}

// -- from the socket ----------------------------------------------------------

void http_connection_state::start(caf::io::connection_handle handle) {
  socket.open(handle, smallest_read, settings->sending);
  share = std::make_unique<client_share>(
    settings->clients, asked_for_memory<http_connection_actor>(*this));
  last_progress = self->clock().now();
  if (settings->tls) {
    handshake
      = std::make_shared<transport::tls_handshake>(*settings->tls->current());
    phase = http_phase::handshaking;
    handshake_due = last_progress + handshake_timeout;
  }
  arm();
}

void http_connection_state::received(std::string_view bytes) {
  if (phase == http_phase::lingering)
    throw_away(bytes.size());
  // Behind a stream comes nothing: it is read only to see its client go.
  if (ending() || stream)
    return;
  socket.adapt_read_size(bytes.size(), settings->clients->tight());
  if (socket.in_clear() && !handshake) {
    take_input(bytes);
    run();
  } else {
    received_tls(bytes);
  }
  // Part of a request: no answer takes the word along.
  if (!ending() && due == http_answer::none)
    socket.acknowledge();
}

/// Hands bytes to the parser.
void http_connection_state::take_input(std::string_view bytes) {
  const auto now = self->clock().now();
  if (!parser.within_request())
    request_begun = now;
  body_bytes += bytes.size();
  parser.feed(bytes);
}

void http_connection_state::closed_by_peer(caf::io::connection_handle handle) {
  if (!socket.is(handle) || phase == http_phase::closed)
    return;
  const auto busy = !stream && (due != http_answer::none || long_body);
  const auto first = !std::exchange(peer_done, true);
  // What CAF has of an answer is lost.
  if (!busy || !first || socket.pending() > 0 || !socket.outlive_input()) {
    abort();
    return;
  }
  run();
}

void http_connection_state::transferred(size_t count) {
  socket.transferred(count);
  last_progress = self->clock().now();
  flush();
  run();
  if (stream)
    stream_tick();
  next_piece();
}

// -- the loop -----------------------------------------------------------------

bool http_connection_state::may_run() const {
  return due == http_answer::none && phase == http_phase::open && !long_body
         && socket.pending() < settings->clients->window(answers_window);
}

/// Works on requests as far as they have arrived and may be worked on.
void http_connection_state::run() {
  if (phase == http_phase::handshaking)
    return;
  bool idle = false;
  do {
    while (!idle && may_run())
      idle = !step();
    flush();
    // A long answer may have left already, and then the next request is due.
  } while (!idle && may_run());
  tell_conduct();
  if (idle && peer_done && !ending()) {
    // Half a request will not get better.
    phase = http_phase::sending;
    flush();
  }
  account();
  if (ending())
    return;
  // What is not decoded yet has no bound but this.
  const auto window = settings->clients->window(input_window);
  const auto room = socket.in_clear() && parser.buffered() < window;
  socket.set_reading(!peer_done && (stream || (idle ? body_has_room() : room)));
  if (idle && parser.within_request())
    arm();
}

/// Goes on with the current request.
/// @returns false if that needs more bytes.
bool http_connection_state::step() {
  using event = http::request_parser::event;
  switch (parser.next()) {
    case event::need_more:
      return !socket.in_clear() && decode();
    case event::head:
      on_head();
      break;
    case event::body:
      complete(http::body_state::complete);
      break;
    case event::body_too_big:
      complete(http::body_state::too_big);
      break;
    case event::bad_body:
      complete(http::body_state::broken);
      break;
    case event::bad_head:
      last_request = true;
      answer(parser.refused());
      break;
  }
  return true;
}

void http_connection_state::on_head() {
  const auto& head = parser.head();
  ++requests;
  last_request |= place->health_only;
  if (!std::exchange(greeted, true))
    self->send(listener, atom::greeted_v, uint64_t{self->id()});
  auto found = find_route(head);
  http::body_plan plan{http::most_discarded, false};
  if (auto* x = std::get_if<http::route>(&found)) {
    route = std::move(*x);
    auto planned = http::plan_body(*route, head, settings->limits);
    if (lacks_secret())
      planned = http::unauthorized("AUTH_REQUIRED");
    if (auto* bad = std::get_if<http::response>(&planned))
      early = std::move(*bad);
    else
      plan = std::get<http::body_plan>(planned);
  } else {
    early = std::move(std::get<http::response>(found));
  }
  parser.limit_body(plan.limit);
  if (!plan.wanted)
    parser.discard_body();
  else if (head.has_body())
    body_size = static_cast<size_t>(head.content_length.value_or(plan.limit));
  body_times = plan.times;
  // A body nobody wants is only read over if it is short and on its way.
  const auto on_its_way = !head.expects_continue
                          && head.content_length.value_or(0)
                               <= http::most_discarded;
  if (head.has_body() && !plan.wanted && !on_its_way) {
    last_request = true;
    complete(http::body_state::complete);
  } else if (head.expects_continue && head.has_body()
             && parser.buffered() == 0) {
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    socket.append(go_on);
  }
}

std::variant<http::route, http::response>
http_connection_state::find_route(const http::request& head) {
  if (settings->tls_required && !socket.tls())
    return http::tls_required(settings->https_port);
  if (!settings->guard.permits(head))
    return refuse_browser();
  auto result = http::find_route(head, settings->service());
  const auto* to = std::get_if<http::route>(&result);
  if (to && http::needs_known_host(to->target)
      && !settings->guard.knows(head.host))
    return refuse_browser();
  if (to && to->target == http::endpoint::ui && !settings->options.http_ui)
    return http::failure(404, "NOT_FOUND");
  if (to && to->target == http::endpoint::history
      && settings->options.history_memory == 0)
    return http::failure(404, "NOT_FOUND");
  if (place->health_only && to && !http::tells_health(to->target))
    return http::failure(503, "TOO_MANY_CLIENTS");
  return result;
}

/// Says whether there is memory for the body that is being read. If not,
/// `resume` comes when there is.
bool http_connection_state::body_has_room() {
  const auto wake = [this] {
    caf::anon_send(http_connection_actor{self}, atom::resume_v);
  };
  if (!large.admits(*settings->bodies, body_size, body_bytes, wake, body_times))
    return false;
  if (large.fresh()) {
    parser.reserve_body(body_size);
    // Its time begins here.
    request_begun = self->clock().now();
    large.begin(request_begun, body_bytes);
  }
  return true;
}

/// Whether others wait for the memory of a body that hardly comes.
bool http_connection_state::body_is_slow(queue::time_point now) {
  return large.too_slow(now, body_bytes) && socket.reading();
}

/// Tells what the client holds now.
void http_connection_state::account() {
  if (!share)
    return;
  // What a claim has room for is counted there.
  const auto publish = publishing ? publishing->memory() : 0;
  share->holds(socket.held() + (large.open() ? 0 : parser.held() + publish)
               + gate.secret().capacity() + topics.size() * topic_name_bytes
               + (stream ? stream->held() : 0));
}

void http_connection_state::resume() {
  if (settings->clients->tight())
    socket.shrink();
  run();
}

void http_connection_state::take_turn() {
  turn.came();
  if (std::exchange(packing, false))
    find_topic();
  run();
  if (stream)
    stream_tick();
}

/// All of the request that is going to be read has arrived.
void http_connection_state::complete(http::body_state how) {
  last_request |= how != http::body_state::complete
                  || !parser.head().keep_alive;
  if (early) {
    answer(std::move(*early));
    return;
  }
  due = http_answer::other;
  auto effect = to_effect(how);
  if (settings->authorizer && http::needs_secret(route->target))
    authorize(std::move(effect));
  else
    perform(effect);
}

http::effect http_connection_state::to_effect(http::body_state how) {
  if (settings->service() == http::service::nsqlookupd)
    return http::to_lookup_effect(*route, parser.head());
  return http::to_effect(*route, parser.head(), parser.body(), how,
                         settings->limits);
}

// -- the end ------------------------------------------------------------------

void http_connection_state::close() {
  phase = http_phase::closed;
  stream.reset();
  backing_up = false;
  if (handshake)
    handshake->give_up();
  large.close();
  share.reset();
  socket.close();
}

void http_connection_state::abort() {
  socket.break_off();
  long_body.reset();
  close();
}

// -- time ---------------------------------------------------------------------

std::optional<queue::time_point> http_connection_state::deadline() const {
  const auto result = patience_ends();
  if (!place->health_only)
    return result;
  const auto most = place->came + health_patience;
  return result ? std::min(*result, most) : most;
}

/// Returns when the client is too slow with what it has to do now.
std::optional<queue::time_point> http_connection_state::patience_ends() const {
  if (phase == http_phase::lingering)
    return last_progress + linger_patience;
  if (phase == http_phase::handshaking)
    return handshake_due;
  if (socket.pending() > 0 || (stream && long_body))
    return last_progress + output_patience;
  if (stream)
    return stream->due();
  if (due != http_answer::none)
    return std::nullopt;
  if (!parser.within_request())
    return last_progress + idle_patience;
  if (!route && !early)
    return request_begun + head_patience;
  if (large.waiting())
    return std::nullopt;
  const auto whole = request_begun + body_patience
                     + seconds{body_bytes / slowest_body};
  return std::min(whole, large.next_look().value_or(whole));
}

void http_connection_state::tick() {
  if (phase == http_phase::closed)
    return;
  const auto now = self->clock().now();
  const auto slow = body_is_slow(now);
  const auto until = deadline();
  if (!slow && (!until || now < *until)) {
    arm();
  } else if (stream && !long_body && socket.pending() == 0) {
    stream_tick();
  } else if (parser.within_request() && !ending() && socket.pending() == 0) {
    last_request = true;
    early.reset();
    answer(http::refusal(408));
    flush();
  } else {
    abort();
  }
}

/// Lets the LISTENER know what speaks for this client.
void http_connection_state::tell_conduct() {
  place->spoke = greeted;
  place->active = last_progress;
  place->done = phase == http_phase::lingering;
  place->busy = due != http_answer::none || long_body || socket.pending() > 0
                || parser.within_request();
}

void http_connection_state::arm() {
  timer.set(deadline().value_or(self->clock().now() + idle_patience));
}

http_situation http_connection_state::situation() const {
  http_situation result;
  result.phase = phase;
  // What is still being packed waits for nobody.
  result.due = packing ? http_answer::other : due;
  result.no_memory = large.waiting();
  result.unread_output = long_body || socket.pending() > 0;
  result.within_request = parser.within_request();
  return result;
}

/// The one place that says whom the client waits for in this state.
awaited http_connection_state::waits_for(actor_state x) const {
  using enum actor_state;
  using cause = awaited::cause;
  switch (x) {
    case http_asking_auth:
      return awaited::some_actor(settings->authorizer.id());
    case http_waits_for_topic:
      return awaited::some_actor(put_to ? put_to.id() : settings->node.id());
    case http_handshaking:
      return handshake->stepping()
               ? awaited::some_actor(settings->handshaker.id())
               : awaited::outside(cause::client);
    case http_waits_for_memory:
      return awaited::outside(cause::memory);
    case http_output_full:
    case http_receiving:
      return awaited::outside(cause::client);
    default:
      return {};
  }
}

actor_stat http_connection_state::stat() const {
  const auto doing = state_of(situation());
  auto result = stat_of(self, doing, socket.peer(), parent);
  result.in_state = self->clock().now()
                    - std::max(last_progress, request_begun);
  result.waits_for = waits_for(doing);
  result.figures = http_figures{
    .requests = requests,
    .published = published,
    .pending_bytes = socket.pending(),
  };
  for (const auto& [key, handle] : topics)
    result.peers.push_back(handle.id());
  if (settings->authorizer)
    result.peers.push_back(settings->authorizer.id());
  return result;
}

// -- the actor ----------------------------------------------------------------

http_connection_actor::behavior_type http_connection(
  counting_broker_pointer<http_connection_actor, http_connection_state> self,
  caf::io::connection_handle handle, const listener_actor& listener,
  const client_ptr& place, std::shared_ptr<const http_settings> settings) {
  start_connection(self, handle, listener, place, std::move(settings), "HTTP");
  self->set_down_handler(
    [self](const caf::down_msg& x) { self->state.down(x.source); });
  return {
    [](atom::deliver, const delivery_ptr&) {
      // It never subscribes.
    },
    one_way([self](atom::accepted, ticket t) { self->state.accepted(t); }),
    one_way([self](atom::refused, ticket t, const std::string& why) {
      self->state.refused(t, why);
    }),
    [](atom::failed, ticket, const failures_ptr&) {
      // It never sends FIN, REQ or TOUCH.
    },
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
http_connections(std::shared_ptr<const http_settings> settings) {
  return forks(http_connection, std::move(settings));
}

} // namespace cafq
