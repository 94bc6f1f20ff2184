#include "net/http_connection.hpp"

#include "actors/actor_support.hpp"
#include "config/go_duration.hpp"
#include "net/socket.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace cafq {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr size_t smallest_read = 2048;
constexpr size_t largest_read = size_t{64} * 1024;

/// How much of a long answer is handed to the socket at a time.
constexpr size_t piece_size = size_t{64} * 1024;

/// Answers a client has not taken, beyond which its next request waits.
constexpr size_t output_window = size_t{256} * 1024;

/// Bytes of further requests that may lie here while one is worked on.
constexpr size_t input_window = size_t{64} * 1024;

/// How long a head may take to arrive.
constexpr auto head_patience = seconds{10};

/// How long a body may take, and the slowest rate beyond that.
constexpr auto body_patience = seconds{30};
constexpr size_t slowest_body = size_t{16} * 1024; // bytes per second

/// How long a client may keep a connection without a request.
constexpr auto idle_patience = std::chrono::minutes{10};

/// How long a client may leave an answer lying.
constexpr auto output_patience = seconds{30};

/// How long what a client still sends is thrown away behind the last answer.
constexpr auto linger_patience = seconds{1};

int64_t unix_time() {
  return std::chrono::duration_cast<seconds>(
           std::chrono::system_clock::now().time_since_epoch())
    .count();
}

} // namespace

http_connection_state::http_connection_state(broker ptr) : self(ptr) {
  // nop
}

// -- from the socket ----------------------------------------------------------

void http_connection_state::start(caf::io::connection_handle handle) {
  hdl = handle;
  fd = static_cast<int>(handle.id());
  peer = settings->direct_send ? net::remote_address(fd) : "test";
  read_size = smallest_read;
  self->configure_read(hdl, caf::io::receive_policy::at_most(read_size));
  self->ack_writes(hdl, true);
  last_progress = self->clock().now();
  arm(head_patience);
}

void http_connection_state::received(std::string_view bytes) {
  if (end != ending::no)
    return;
  adapt_read_size(bytes.size());
  const auto now = self->clock().now();
  if (!parser.within_request())
    request_begun = now;
  body_bytes += bytes.size();
  parser.feed(bytes);
  run();
}

void http_connection_state::closed_by_peer(caf::io::connection_handle handle) {
  if (handle != hdl || end == ending::closed)
    return;
  const auto busy = working || out.pending() > 0 || long_body;
  // CAF gives up the socket; what we still have to say needs it.
  const auto again
    = busy && !peer_done && settings->direct_send ? net::duplicate(fd) : -1;
  peer_done = true;
  if (again < 0) {
    abort();
    return;
  }
  hdl = self->add_scribe(again);
  fd = again;
  reading = false;
  self->ack_writes(hdl, true);
  if (out.pending() > 0) {
    // CAF dropped what it had of the answer.
    abort();
    return;
  }
  run();
}

void http_connection_state::transferred(size_t count) {
  out.gone(count);
  last_progress = self->clock().now();
  flush();
  run();
}

// -- the loop -----------------------------------------------------------------

bool http_connection_state::may_run() const {
  return !working && end == ending::no && !long_body
         && out.pending() < output_window;
}

/// Works on requests as far as they have arrived and may be worked on.
void http_connection_state::run() {
  bool idle = false;
  do {
    while (!idle && may_run())
      idle = !step();
    flush();
    // A long answer may have left already, and then the next request is due.
  } while (!idle && may_run());
  if (idle && peer_done && end == ending::no) {
    // Half a request will not get better.
    end = ending::after_output;
    output_gone();
  }
  if (end != ending::no)
    return;
  set_reading(!peer_done && (idle || parser.buffered() < input_window));
  if (idle && parser.within_request())
    arm(head_patience);
}

/// Goes on with the current request.
/// @returns false if that needs more bytes.
bool http_connection_state::step() {
  using event = http::request_parser::event;
  switch (parser.next()) {
    case event::need_more:
      return false;
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
  if (!std::exchange(greeted, true))
    self->send(listener, atom::greeted_v, uint64_t{self->id()});
  std::variant<http::route, http::response> found;
  if (settings->tls_required)
    found = http::tls_required(0);
  else
    found = http::find_route(head);
  http::body_plan plan{http::most_discarded, false};
  if (auto* x = std::get_if<http::route>(&found)) {
    route = std::move(*x);
    auto planned = http::plan_body(*route, head, settings->limits);
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
    out.frames().insert(out.frames().end(), go_on.begin(), go_on.end());
  }
}

/// All of the request that is going to be read has arrived.
void http_connection_state::complete(http::body_state how) {
  last_request |= how != http::body_state::complete
                  || !parser.head().keep_alive;
  if (early) {
    answer(std::move(*early));
    return;
  }
  working = true;
  auto effect = http::to_effect(*route, parser.head(), parser.body(), how,
                                settings->limits);
  std::visit([this](auto& x) { on(x); }, effect);
}

/// Sends the answer to the current request and goes on to the next.
void http_connection_state::answer(http::response x) {
  working = false;
  if (end != ending::no)
    return;
  log_request(x);
  const auto& head = parser.head();
  x.close |= last_request;
  const http::response_context context{head.minor, head.keep_alive && !x.close,
                                       head.method == "HEAD", date()};
  const auto add = [this](std::string_view bytes) {
    out.frames().insert(out.frames().end(), bytes.begin(), bytes.end());
  };
  add(http::render_head(x, context));
  if (!context.head_only) {
    if (x.content().size() > piece_size && x.shared_body) {
      long_body = x.shared_body;
      long_body_at = 0;
    } else {
      add(x.content());
    }
  }
  last_progress = self->clock().now();
  early.reset();
  route.reset();
  body_bytes = 0;
  if (x.close) {
    end = ending::after_output;
    set_reading(false);
  } else {
    parser.skip();
    request_begun = last_progress;
  }
}

void http_connection_state::log_request(const http::response& x) const {
  if (route
      && (route->target == http::endpoint::pub
          || route->target == http::endpoint::mpub))
    return;
  const auto& head = parser.head();
  log::info("{} {} {} ({}) {}", x.status, head.method, head.target, peer,
            config::to_go_duration(self->clock().now() - request_begun));
}

// -- output -------------------------------------------------------------------

/// Adds the next piece of a long answer.
void http_connection_state::fill() {
  if (!long_body || out.pending() >= piece_size)
    return;
  const auto piece = std::string_view{*long_body}.substr(long_body_at,
                                                         piece_size);
  out.frames().insert(out.frames().end(), piece.begin(), piece.end());
  long_body_at += piece.size();
  if (long_body_at == long_body->size())
    long_body.reset();
}

void http_connection_state::flush() {
  if (end == ending::closed || end == ending::lingering)
    return;
  do {
    fill();
    if (!send_frames())
      return;
  } while (long_body && out.pending() == 0);
  if (out.pending() > 0)
    arm(output_patience);
  output_gone();
}

/// Hands what lies here to the socket, and what that does not take to CAF.
/// @returns false if the connection is broken.
bool http_connection_state::send_frames() {
  if (!out.ready())
    return true;
  auto& frames = out.frames();
  const std::string_view bytes{frames.data(), frames.size()};
  const auto sent = settings->direct_send ? net::send_some(fd, bytes) : 0;
  if (sent < 0) {
    abort();
    return false;
  }
  if (static_cast<size_t>(sent) < bytes.size()) {
    auto& rest = self->wr_buf(hdl);
    rest.insert(rest.end(), frames.begin() + sent, frames.end());
    self->flush(hdl);
  }
  out.taken(static_cast<size_t>(sent));
  return true;
}

void http_connection_state::output_gone() {
  if (end != ending::after_output || out.pending() > 0 || long_body)
    return;
  if (peer_done || !settings->direct_send)
    close();
  else
    linger();
}

void http_connection_state::linger() {
  end = ending::lingering;
  net::end_output(fd);
  reading = false;
  set_reading(true);
  last_progress = self->clock().now();
  arm(linger_patience);
}

void http_connection_state::close() {
  if (std::exchange(end, ending::closed) != ending::closed)
    self->quit();
}

void http_connection_state::abort() {
  if (settings->direct_send && end != ending::closed)
    net::abort_connection(fd);
  out.discard();
  long_body.reset();
  close();
}

// -- input --------------------------------------------------------------------

void http_connection_state::set_reading(bool on) {
  if (std::exchange(reading, on) == on)
    return;
  if (!on) {
    self->halt(hdl);
    return;
  }
  // CAF loses a trigger that comes in the same turn of its loop as the halt.
  self->backend().post([me = caf::strong_actor_ptr{self->ctrl()}, this] {
    if (self->alive() && reading)
      self->trigger(hdl);
  });
}

void http_connection_state::adapt_read_size(size_t got) {
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

// -- time ---------------------------------------------------------------------

/// Returns when the client is too slow with what it has to do now.
std::optional<queue::time_point> http_connection_state::deadline() const {
  if (end == ending::lingering)
    return last_progress + linger_patience;
  if (out.pending() > 0)
    return last_progress + output_patience;
  if (working)
    return std::nullopt;
  if (!parser.within_request())
    return last_progress + idle_patience;
  if (!route && !early)
    return request_begun + head_patience;
  return request_begun + body_patience + seconds{body_bytes / slowest_body};
}

void http_connection_state::tick() {
  armed.reset();
  if (end == ending::closed)
    return;
  const auto due = deadline();
  const auto now = self->clock().now();
  if (!due) {
    arm(idle_patience);
  } else if (now < *due) {
    arm(*due - now);
  } else if (parser.within_request() && end == ending::no
             && out.pending() == 0) {
    last_request = true;
    early.reset();
    answer(http::refusal(408));
    flush();
  } else {
    abort();
  }
}

/// Makes sure that a tick comes within `patience`.
void http_connection_state::arm(queue::duration patience) {
  const auto when = self->clock().now() + patience;
  if (armed && *armed <= when)
    return;
  armed = when;
  self->delayed_send(self, patience, atom::tick_v);
}

std::string_view http_connection_state::date() {
  const auto now = unix_time();
  if (std::exchange(date_second, now) != now)
    date_text = http::http_date(now);
  return date_text;
}

actor_stat http_connection_state::stat() const {
  auto result = stat_of(self, "http", peer, parent);
  result.counters = {
    {"requests", requests},
    {"published", published},
    {"pending_bytes", out.pending()},
  };
  for (const auto& [key, handle] : topics)
    result.peers.push_back(handle.id());
  return result;
}

// -- the actor ----------------------------------------------------------------

http_connection_actor::behavior_type http_connection(
  http_connection_actor::stateful_broker_pointer<http_connection_state> self,
  caf::io::connection_handle handle, const listener_actor& listener,
  std::shared_ptr<const http_settings> settings) {
  auto& st = self->state;
  st.listener = listener;
  st.parent = listener.id();
  st.settings = std::move(settings);
  st.start(handle);
  log_exceptions(self, "HTTP");
  self->set_exit_handler([self](const caf::exit_msg&) { self->state.abort(); });
  self->set_down_handler(
    [self](const caf::down_msg& x) { self->state.down(x.source); });
  return {
    [](atom::deliver, const delivery_ptr&) {
      // It never subscribes.
    },
    [self](atom::accepted, ticket t) { self->state.accepted(t); },
    [self](atom::refused, ticket t, const std::string& why) {
      self->state.refused(t, why);
    },
    [](atom::failed, ticket, const failures_ptr&) {
      // It never sends FIN, REQ or TOUCH.
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
    [self](atom::tick) { self->state.tick(); },
  };
}

fork_connection
http_connections(std::shared_ptr<const http_settings> settings) {
  return [=](listener_actor::broker_pointer parent,
             caf::io::connection_handle client) -> stat_actor {
    // CAF 0.17 forwards the arguments of fork twice, so none may be a
    // temporary.
    const listener_actor me{parent};
    return parent->fork(http_connection, client, me, settings);
  };
}

} // namespace cafq
