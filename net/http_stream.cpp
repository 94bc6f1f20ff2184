#include "net/http_connection.hpp"

#include <utility>

// GET /debug/stream: an answer that ends with its connection.

namespace cafq {

void http_connection_state::on(const http::stream_command& x) {
  if (*settings->streams >= http_stream::most) {
    answer(http::failure(503, "TOO_MANY_STREAMS"));
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
  stream = std::make_unique<http_stream>(x, settings->streams);
  last_progress = self->clock().now();
  flush();
  look();
}

/// Asks for what there is, if it is time, and the client has taken the last.
void http_connection_state::look() {
  if (!stream || socket.pending() > 0
      || !stream->begin_look(self->clock().now()))
    return;
  self
    ->request(settings->collector, caf::infinite, atom::list_v, stream->what())
    .then([this](const report_text_ptr& text) { looked(text); },
          [this](const caf::error&) { abort(); });
}

void http_connection_state::looked(const report_text_ptr& text) {
  if (!stream || phase == http_phase::closed)
    return;
  const auto lines = text->get();
  if (!lines) {
    abort();
    return;
  }
  last_progress = self->clock().now();
  socket.append(stream->told(*lines));
  flush();
  arm();
}

void http_connection_state::stream_tick() {
  look();
  if (phase != http_phase::closed)
    arm();
}

} // namespace cafq
