#pragma once

#include "config/configuration.hpp"

#include <string>
#include <vector>

namespace cafq::config {

/// Looks for values that only make sense together with others, or not at all.
/// @returns the first, with where it was set.
[[nodiscard]] complaint check_values(const configuration& what);

/// One line per option that is set and has no effect, for the log.
[[nodiscard]] std::vector<std::string> notes(const configuration& what);

} // namespace cafq::config
