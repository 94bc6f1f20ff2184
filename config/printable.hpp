#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cafq {

/// What a text that strangers had a hand in may do where it is shown.
enum class shown_as : uint8_t {
  /// One line: a line feed is written `\n`.
  line,
  /// Several lines with tabs in them.
  lines,
  /// JSON: escapes are JSON's, and it stays the same JSON.
  json,
};

/// Writes out what would steer a terminal, end a line or turn the order of the
/// characters around: control characters as `\x1b` or `\u009b`, marks of
/// direction as `\u202e`, and bytes that are no UTF-8 as `\xff`.
[[nodiscard]] std::string
printable(std::string_view text, shown_as how = shown_as::line);

} // namespace cafq
