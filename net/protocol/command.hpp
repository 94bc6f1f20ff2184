#pragma once

#include "net/protocol/message_id.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

namespace cafq::protocol {

// Commands are values. Their views point into the bytes the parser was fed or
// into its own memory, and die at its next feed(), next(), stash() or
// discard().

/// Negotiates features; see negotiate().
///
///   IDENTIFY\n [ 4-byte size ][ JSON ]
struct identify {
  std::string_view body;
};

///   AUTH\n [ 4-byte size ][ secret ]
struct auth {
  std::string_view secret;
};

///   SUB <topic> <channel>\n
struct sub {
  std::string_view topic;
  std::string_view channel;
};

/// Sets how many messages may be in flight.
///
///   RDY [<count>]\n
struct rdy {
  int64_t count = 0;
};

///   FIN <id>\n
struct fin {
  message_id id{};
};

///   TOUCH <id>\n
struct touch {
  message_id id{};
};

///   REQ <id> <milliseconds>\n
struct req {
  message_id id{};
  /// From zero to `limits::max_req_timeout`.
  std::chrono::nanoseconds delay{0};
  /// Whether the client asked for another delay, which nsqd logs.
  bool clamped = false;
};

///   CLS\n
struct cls {};

///   NOP\n, and RDY of a closing client
struct nop {};

///   PUB <topic>\n [ 4-byte size ][ body ]
struct pub {
  std::string_view topic;
  std::string_view body;
};

///   DPUB <topic> <milliseconds>\n [ 4-byte size ][ body ]
struct dpub {
  std::string_view topic;
  std::string_view body;
  std::chrono::nanoseconds delay{0};
};

/// The line of an MPUB was seen. From here on the topic must exist, even if the
/// body turns out to be bad; authorisation is also decided here.
struct mpub_begin {
  std::string_view topic;
};

/// The first messages of an MPUB that has so many that to handle all at once
/// would take long. All of its body is there and good; nothing may come of it
/// before the `mpub` behind.
struct mpub_part {
  /// As those of `mpub`.
  std::string_view records;
  uint32_t count = 0;
};

/// The body of the MPUB announced by the mpub_begin right before.
///
///   MPUB <topic>\n [ 4-byte size ][ 4-byte count ] count x record
///   record: [ 4-byte size ][ body ]
///
/// Nobody compares the first size with the records that follow.
struct mpub {
  std::string_view topic;
  /// The records, sizes checked; walk them with take_record(). Those of the
  /// parts before are not among them.
  std::string_view records;
  uint32_t count = 0;
  /// The messages and the bytes of all bodies, parts included.
  uint32_t all = 0;
  size_t body_bytes = 0;
};

using command = std::variant<nop, fin, pub, mpub_begin, mpub_part, mpub, rdy,
                             req, touch, dpub, sub, cls, identify, auth>;

} // namespace cafq::protocol
