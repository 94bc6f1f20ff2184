#pragma once

#include "net/protocol/command_name.hpp"

#include <cstdint>

namespace cafq::protocol {

/// How far a client has come. The numbers are those of /stats.
///
///           SUB                 CLS
///   init --------> subscribed --------> closing
///
/// IDENTIFY and AUTH change nothing here; there is no way back.
enum class state : uint8_t { init = 0, subscribed = 3, closing = 4 };

/// What the session says to a command.
enum class verdict : uint8_t {
  allowed,
  /// RDY of a closing client: as if it had not been sent.
  ignored,
  /// `E_INVALID cannot X in current state`
  wrong_state,
  /// `E_INVALID cannot SUB with heartbeats disabled`
  needs_heartbeats,
};

/// Knows which command is legal when. Knows no bytes and no actors: the
/// connection tells it what happened.
class session {
public:
  [[nodiscard]] verdict judge(command_name name) const noexcept;

  // -- modifiers --------------------------------------------------------------

  /// The SUB was accepted.
  void subscribe() noexcept {
    state_ = state::subscribed;
  }

  /// A CLS was seen.
  void close() noexcept {
    state_ = state::closing;
  }

  /// IDENTIFY decided on heartbeats.
  void set_heartbeats(bool on) noexcept {
    heartbeats_ = on;
  }

  /// The TLS handshake is done.
  void set_tls(bool on) noexcept {
    tls_ = on;
  }

  // -- observers --------------------------------------------------------------

  [[nodiscard]] state current() const noexcept {
    return state_;
  }

  [[nodiscard]] bool heartbeats() const noexcept {
    return heartbeats_;
  }

  [[nodiscard]] bool tls() const noexcept {
    return tls_;
  }

private:
  state state_ = state::init;
  bool heartbeats_ = true;
  bool tls_ = false;
};

} // namespace cafq::protocol
