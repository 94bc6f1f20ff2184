#include "actors/error.hpp"
#include "net/httpd/http_connection.hpp"

#include <algorithm>

#include <fmt/format.h>

// POST /backup: the store in chunks. One that is broken off has no end, so that
// no client takes it for a whole one; the last thing it has says why.

namespace cafq {

namespace {

/// Returns a text that can stand between quotes in one line.
std::string quotable(std::string x) {
  std::replace_if(
    x.begin(), x.end(),
    [](unsigned char c) {
      return c < ' ' || c >= 0x7f || c == '"' || c == '\\';
    },
    '\'');
  return x;
}

} // namespace

void http_connection_state::on(const http::backup_command& x) {
  if (parser.head().minor == 0) {
    answer(http::refusal(505)); // it knows no chunks
    return;
  }
  self->request(settings->backup, caf::infinite, atom::backup_v, x.max_growth)
    .then([this](atom::backup) { begin_backup(); },
          [this](const caf::error& why) {
            if (why == ec::backup_failed) {
              answer(
                http::failure(503, quotable("BACKUP_FAILED - " + reason(why))));
              run();
              return;
            }
            fail(why, "NOT_FOUND");
          });
}

void http_connection_state::begin_backup() {
  if (ending())
    return;
  http::response head;
  head.v1 = false;
  head.kind = http::response::type::other;
  head.content_type = "application/octet-stream";
  head.chunked = true;
  head.close = true;
  log_request(head);
  socket.append(http::render_head(head, {1, false, false, date()}));
  due = http_answer::stream;
  backing_up = true;
  last_progress = self->clock().now();
  flush();
  next_piece();
}

/// Asks for more once the client has taken what there was.
void http_connection_state::next_piece() {
  if (!backing_up || piece_asked || socket.pending() > 0)
    return;
  piece_asked = true;
  self->request(settings->backup, caf::infinite, atom::load_v)
    .then(
      [this](const text_ptr& x) {
        piece_asked = false;
        if (backing_up)
          send_piece(*x);
      },
      [this](const caf::error& why) {
        piece_asked = false;
        if (backing_up)
          end_backup(
            // The one byte of this chunk never comes.
            fmt::format("1;error=\"{}\"\r\n", quotable(reason(why))));
      });
}

void http_connection_state::send_piece(std::string_view x) {
  last_progress = self->clock().now();
  if (x.empty()) {
    end_backup("0\r\n\r\n");
    return;
  }
  socket.append(fmt::format("{:x}\r\n", x.size()));
  socket.append(x);
  socket.append("\r\n");
  flush();
  next_piece();
}

void http_connection_state::end_backup(std::string_view last) {
  backing_up = false;
  due = http_answer::none;
  socket.append(last);
  phase = http_phase::sending;
  socket.set_reading(false);
  flush();
}

} // namespace cafq
