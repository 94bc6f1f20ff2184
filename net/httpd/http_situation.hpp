#pragma once

#include "actors/states.hpp"

#include <cstdint>

namespace cafq {

/// The life of an HTTP connection. Requests come one after the other while it
/// is open:
///
///   handshaking --TLS--> open --the last answer--> sending --> lingering
///        |                 |                          |            |
///        +-----------------+-----> closed <-----------+------------+
enum class http_phase : uint8_t {
  handshaking,
  open,
  /// What is in the output still has to leave.
  sending,
  /// All has left; what the client still sends is thrown away, as a close with
  /// unread bytes would take the answer away from it.
  lingering,
  closed,
};

/// What the request under way depends on.
enum class http_answer : uint8_t {
  none,
  /// Of an auth server: what the client may do.
  grant,
  /// Of NODE or a topic: that it took a publish.
  publish,
  /// Of anybody else: a report, or that a change is done.
  other,
  /// One that never ends: what changes.
  stream,
};

/// What keeps an HTTP connection from its next request.
struct http_situation {
  http_phase phase = http_phase::open;
  http_answer due = http_answer::none;
  /// A large body may not be read on.
  bool no_memory = false;
  /// Part of an answer has not left.
  bool unread_output = false;
  /// Part of a request is there.
  bool within_request = false;
};

/// Says in one word what a connection does, or waits for.
[[nodiscard]] actor_state state_of(const http_situation& x) noexcept;

} // namespace cafq
