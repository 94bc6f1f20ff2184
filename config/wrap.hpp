#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cafq::config {

/// Breaks text at spaces into lines of at most `width` bytes.
[[nodiscard]] std::vector<std::string>
wrap(std::string_view text, size_t width);

} // namespace cafq::config
