#pragma once

#include "net/protocol/command.hpp"
#include "net/protocol/command_name.hpp"
#include "net/protocol/limits.hpp"
#include "net/protocol/session.hpp"
#include "net/protocol/violation.hpp"

#include <chrono>
#include <string_view>
#include <variant>

namespace cafq::protocol {

/// A good line of a command that goes on with a body.
struct body_follows {
  command_name name = command_name::pub;
  /// Within the line; empty for IDENTIFY and AUTH.
  std::string_view topic;
  /// DPUB's.
  std::chrono::nanoseconds delay{0};
};

using line_result = std::variant<body_follows, command, violation>;

/// Makes all checks nsqd makes before it reads a body, in nsqd's order.
/// @param line Without its newline and one carriage return before it.
[[nodiscard]] line_result
parse_line(std::string_view line, const limits& limits, const session& session);

} // namespace cafq::protocol
