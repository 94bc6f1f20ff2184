#include "config/log.hpp"
#include "net/httpd/http_connection.hpp"

#include <algorithm>
#include <array>

// HTTPS: TLS between the socket and the parser of requests.

namespace cafq {

namespace {

/// Whether this is the start of a request in clear.
bool looks_like_http(std::string_view bytes) {
  constexpr std::array<std::string_view, 5> starts{"GET /", "HEAD ", "POST ",
                                                   "PUT /", "OPTIO"};
  return std::any_of(starts.begin(), starts.end(),
                     [=](auto x) { return bytes.starts_with(x); });
}

} // namespace

void http_connection_state::received_tls(std::string_view bytes) {
  if (phase == http_phase::handshaking && looks_like_http(bytes)) {
    fail_handshake("client sent an HTTP request to an HTTPS server");
    // Go's words.
    socket.append("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request "
                  "to an HTTPS server.\n");
    flush();
    return;
  }
  if (handshake) {
    handshake->feed(bytes);
    shake_hands();
    return;
  }
  auto& filters = *socket.filters();
  filters.feed(bytes);
  run();
  filters.stash();
  flush();
}

/// Goes as far with the handshake as it can.
void http_connection_state::shake_hands() {
  auto& x = *handshake;
  if (ending() || x.stepping())
    return;
  socket.append(x.take_reply());
  switch (x.state()) {
    case transport::step::more:
      begin_tls();
      break;
    case transport::step::hungry:
      take_step(self, settings->handshaker, handshake,
                [this] { shake_hands(); });
      socket.set_reading(!x.stepping());
      break;
    case transport::step::ended:
      fail_handshake("EOF");
      break;
    case transport::step::failed:
      fail_handshake(x.error());
      break;
  }
  flush();
}

/// Goes on inside TLS.
void http_connection_state::begin_tls() {
  phase = http_phase::open;
  go_inside_tls(socket, handshake);
  last_progress = self->clock().now();
  arm();
  run();
  socket.filters()->stash();
}

void http_connection_state::fail_handshake(const std::string& why) {
  log::error("http: TLS handshake error from {}: {}", socket.peer(), why);
  handshake->give_up();
  phase = http_phase::sending;
  socket.set_reading(false);
}

/// Feeds the parser with the next piece.
/// @returns false if there is none.
bool http_connection_state::decode() {
  auto& filters = *socket.filters();
  switch (filters.receive()) {
    case transport::step::more:
      take_input(filters.plain());
      return true;
    case transport::step::hungry:
      break;
    case transport::step::failed:
      log::error("http: {}: {}", socket.peer(), filters.error());
      [[fallthrough]];
    case transport::step::ended:
      peer_done = true;
      break;
  }
  return false;
}

} // namespace cafq
