#include "net/nsq/nsq_connection.hpp"
#include "net/protocol/errors.hpp"
#include "net/protocol/frame.hpp"
#include "net/transport/deflate_stream.hpp"
#include "net/transport/snappy_stream.hpp"

#include <utility>

// The way from a connection in clear to one inside TLS, compression or both:
//
//   IDENTIFY --> earlier answers and the reply leave in clear --> TLS handshake
//            --> OK inside TLS --> compression --> OK compressed --> commands
//
// Meanwhile no command is looked at and no heartbeat is sent.

namespace cafq {

namespace {

/// How long a TLS handshake may take. nsqd/client_v2.go
constexpr auto upgrade_timeout = std::chrono::seconds{5};

} // namespace

/// Whether what is asked for fits what is there: compression may come on top
/// of TLS, nothing may come twice or below.
bool connection_state::may_upgrade(const protocol::identify_reply& x) const {
  if (socket.in_clear() || (!x.tls && !x.snappy && !x.deflate))
    return true;
  return !x.tls && compression == compressed_by::nothing;
}

void connection_state::agree_on(const protocol::identify_reply& x) {
  if (!x.tls && !x.snappy && !x.deflate)
    return;
  upgrade.emplace();
  upgrade->tls = x.tls;
  if (x.snappy)
    upgrade->compression = compressed_by::snappy;
  else if (x.deflate)
    upgrade->compression = compressed_by::deflate;
}

/// Goes as far with the upgrades agreed on as it can.
/// @returns whether they are done.
bool connection_state::advance_upgrade() {
  if (!executes())
    return false;
  if (!upgrade->started) {
    // `slots` and `out` still hold what is to leave in clear.
    if (!slots.empty() || !socket.frames().empty())
      return false;
    start_upgrade();
  }
  if (upgrade->tls && !shake_hands())
    return false;
  if (upgrade->compression != compressed_by::nothing)
    start_compression();
  upgrade.reset();
  line_due_since = self->clock().now();
  flush();
  arm();
  return executes();
}

void connection_state::start_upgrade() {
  upgrade->started = true;
  upgrade->deadline = self->clock().now() + upgrade_timeout;
  // What the client has sent behind its IDENTIFY is for the new transport.
  upgrade->rest = parser->take_input();
  if (upgrade->tls) {
    upgrade->handshake
      = std::make_shared<transport::tls_handshake>(*settings->tls->current());
    upgrade->handshake->feed(std::exchange(upgrade->rest, {}));
    arm();
  }
}

/// @returns whether the handshake is done.
bool connection_state::shake_hands() {
  auto& x = *upgrade->handshake;
  if (x.stepping())
    return false;
  socket.append(x.take_reply());
  switch (x.state()) {
    case transport::step::more:
      break;
    case transport::step::hungry:
      flush();
      take_step(self, settings->handshaker, upgrade->handshake, [this] {
        if (upgrade)
          run();
      });
      if (!x.stepping() && phase == nsq_phase::emptying)
        fail_upgrade("EOF");
      return false;
    case transport::step::ended:
      fail_upgrade("EOF");
      return false;
    case transport::step::failed:
      fail_upgrade(x.error());
      return false;
  }
  go_inside_tls(socket, upgrade->handshake);
  upgrade->tls = false;
  session.set_tls(true);
  confirm_upgrade();
  return true;
}

void connection_state::start_compression() {
  compression = upgrade->compression;
  std::unique_ptr<transport::filter> x;
  if (compression == compressed_by::snappy)
    x = std::make_unique<transport::snappy_stream>();
  else
    x = std::make_unique<transport::deflate_stream>(client.deflate_level);
  socket.push(std::move(x), upgrade->rest);
  confirm_upgrade();
}

/// Nothing else is under way, so the OK is encoded by the transports of now.
void connection_state::confirm_upgrade() {
  if (!socket.filters()->send(protocol::ok_frame))
    abort();
}

/// Says so in clear, as nsqd, behind the alert that TLS may have.
void connection_state::fail_upgrade(const std::string& why) {
  // `why` may lie in what goes here.
  const auto failure = protocol::identify_failed(why);
  upgrade->handshake->give_up();
  upgrade.reset();
  violate(failure);
  answer();
}

void connection_state::upgrade_timed_out() {
  // Go's words for a read deadline.
  fail_upgrade("read tcp " + socket.own_address() + "->" + socket.peer()
               + ": i/o timeout");
}

// -- bytes inside the transports ----------------------------------------------

/// Feeds the parser with the next piece.
/// @returns false if there is none.
bool connection_state::decode() {
  // What the commands so far refer to lies where the piece will.
  end_of_read();
  if (!may_run())
    return true;
  auto& filters = *socket.filters();
  switch (filters.receive()) {
    case transport::step::more:
      fed = filters.plain();
      parser->feed(fed);
      return true;
    case transport::step::hungry:
      return false;
    case transport::step::failed:
      log_error(filters.error());
      input_ended();
      return false;
    case transport::step::ended:
      input_ended();
      return false;
  }
  return false;
}

} // namespace cafq
