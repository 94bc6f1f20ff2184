#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace cafq::config {

/// Finds the first CAF timespan in a configuration text, such as
/// `9999999999h`, that does not fit 64 bits of nanoseconds.
/// CAF's parser multiplies without a look, which is undefined.
/// @returns its position.
[[nodiscard]] std::optional<size_t>
find_oversized_timespan(std::string_view text);

} // namespace cafq::config
