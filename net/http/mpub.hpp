#pragma once

#include "net/http/response.hpp"

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

namespace cafq::http {

/// What bounds publishes.
struct limits {
  uint64_t max_msg_size = 1048576;
  uint64_t max_body_size = 5242880;
  /// Of `defer`, in milliseconds.
  int64_t max_defer_ms = 3600000;
};

/// The messages of a body, or why it is refused as a whole.
using mpub_result = std::variant<std::vector<std::string_view>, response>;

/// Takes each line of a body as a message; empty ones do not count.
/// @param body One that is too long still is read up to there: an error that
///   comes first is the one to tell.
[[nodiscard]] mpub_result
split_lines(std::string_view body, const limits& allowed);

/// Takes a body of the binary form:
///
///     [ 4-byte count ] count times [ 4-byte size ][ message ]
///
/// What comes behind is ignored.
[[nodiscard]] mpub_result
split_records(std::string_view body, const limits& allowed);

} // namespace cafq::http
