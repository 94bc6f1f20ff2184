#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cafq::config {

/// Reads a duration in Go's notation: `1m30s`, `250ms`, `1.5h`, `1us`, `0`.
/// @returns nothing if `text` is not one, has no unit or does not fit.
[[nodiscard]] std::optional<std::chrono::nanoseconds>
parse_go_duration(std::string_view text);

/// Writes a duration as Go prints it: `1m0s`, `250ms`, `1.5s`, `0s`.
[[nodiscard]] std::string to_go_duration(std::chrono::nanoseconds value);

} // namespace cafq::config
