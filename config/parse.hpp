#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cafq::config {

/// Reads the spellings of Go's strconv.ParseBool: `1`, `t`, `True`, `FALSE`...
[[nodiscard]] std::optional<bool> parse_bool(std::string_view text);

/// Reads a whole number as Go's flags do: `31`, `0x1F`, `0b11`, `0o17`, `017`.
[[nodiscard]] std::optional<int64_t> parse_int(std::string_view text);

[[nodiscard]] std::optional<double> parse_double(std::string_view text);

/// The parts between commas, without spaces around them.
[[nodiscard]] std::vector<std::string_view> split_list(std::string_view text);

} // namespace cafq::config
