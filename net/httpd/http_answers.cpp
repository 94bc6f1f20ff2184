#include "actors/unix_time.hpp"
#include "config/go_duration.hpp"
#include "config/log.hpp"
#include "net/httpd/http_connection.hpp"
#include "net/protocol/utf8.hpp"

#include <utility>

// The way of an answer to the client, and the end behind the last one.

namespace cafq {

namespace {

/// How much of a long answer is handed to the socket at a time.
constexpr size_t piece_size = size_t{64} * 1024;

/// How much of what a client sends behind the last answer is thrown away, or a
/// close would take that answer from it; after so much it is not read any more.
constexpr size_t most_thrown_away = size_t{8} << 20U;

} // namespace

/// Sends the answer to the current request and goes on to the next.
void http_connection_state::answer(http::response x) {
  due = http_answer::none;
  if (ending())
    return;
  log_request(x);
  const auto& head = parser.head();
  x.close |= last_request;
  const http::response_context context{head.minor, head.keep_alive && !x.close,
                                       head.method == "HEAD", date()};
  socket.append(http::render_head(x, context));
  if (!context.head_only) {
    if (x.content().size() > piece_size && report) {
      long_body = std::move(report);
      long_body_at = 0;
    } else {
      socket.append(x.content());
    }
  }
  report.reset();
  last_progress = self->clock().now();
  early.reset();
  route.reset();
  body_bytes = 0;
  body_size = 0;
  large.close();
  if (x.close) {
    phase = http_phase::sending;
    socket.set_reading(false);
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
  log::info("{} {} {} ({}) {}", x.status, protocol::excerpt(head.method),
            protocol::excerpt(head.target), socket.peer(),
            config::to_go_duration(self->clock().now() - request_begun));
}

/// Adds the next piece of a long answer, unless that is for the next turn.
/// @returns false if there is no more of it, although some is missing.
bool http_connection_state::fill() {
  const auto size = settings->clients->window(piece_size);
  if (!long_body || turn.asked() || socket.pending() >= size)
    return true;
  const auto text = long_body->get();
  if (!text) {
    log::warn("http: {} reads a report so slowly that others need its memory",
              socket.peer());
    return false;
  }
  const auto piece = std::string_view{*text}.substr(long_body_at, size);
  socket.append(piece);
  long_body_at += piece.size();
  if (long_body_at == text->size())
    long_body.reset();
  return true;
}

void http_connection_state::flush() {
  if (phase >= http_phase::lingering)
    return;
  const auto filled = fill();
  if (phase == http_phase::sending && !long_body)
    socket.last_output();
  if (!filled || !socket.flush()) {
    abort();
    return;
  }
  // A client that takes it as fast as it comes is not the only one.
  if (long_body && socket.pending() == 0)
    turn.ask<http_connection_actor>(self);
  account();
  if (socket.pending() > 0)
    arm();
  output_gone();
}

void http_connection_state::output_gone() {
  if (phase != http_phase::sending || socket.pending() > 0 || long_body)
    return;
  if (peer_done || !socket.real())
    close();
  else
    linger();
}

void http_connection_state::linger() {
  phase = http_phase::lingering;
  socket.end_output();
  socket.set_reading(true);
  last_progress = self->clock().now();
  tell_conduct();
  arm();
}

/// The client has sent so much behind the last answer.
void http_connection_state::throw_away(size_t bytes) {
  thrown_away += bytes;
  if (thrown_away >= most_thrown_away)
    socket.set_reading(false);
}

std::string_view http_connection_state::date() {
  const auto now = unix_time_ns() / 1'000'000'000;
  if (std::exchange(date_second, now) != now)
    date_text = http::http_date(now);
  return date_text;
}

} // namespace cafq
