#include "net/httpd/http_connection.hpp"

#include <utility>

// GET /debug/stream: an answer that ends with its connection.

namespace cafq {

void http_connection_state::on(const http::stream_command& x) {
  auto free = settings->streams->take(place->address ? place->address->first
                                                     : std::string{});
  if (!free) {
    answer(
      http::failure(503, "TOO_MANY_STREAMS - 8 of one address, 64 in all"));
    return;
  }
  http::response head;
  head.v1 = false;
  head.kind = http::response::type::other;
  head.content_type = "text/event-stream";
  head.endless = true;
  head.close = true;
  log_request(head);
  const auto minor = parser.head().minor;
  socket.append(http::render_head(head, {minor, false, false, date()}));
  due = http_answer::stream;
  stream = std::make_unique<http_stream>(x, std::move(free));
  last_progress = self->clock().now();
  flush();
  look();
}

/// Asks for what has changed, if it is time, and the client has taken the last.
void http_connection_state::look() {
  if (!stream || long_body || socket.pending() > 0
      || !stream->begin_look(self->clock().now()))
    return;
  self
    ->request(settings->collector, caf::infinite, atom::watch_v, stream->what(),
              stream->known())
    .then([this](const stream_news& x) { looked(x); },
          [this](const caf::error&) { abort(); });
}

void http_connection_state::looked(const stream_news& x) {
  if (!stream || phase == http_phase::closed)
    return;
  last_progress = self->clock().now();
  socket.append(stream->told(x));
  long_body = x.text;
  long_body_at = 0;
  flush();
  stream_tick();
}

void http_connection_state::stream_tick() {
  look();
  if (phase != http_phase::closed)
    arm();
}

} // namespace cafq
