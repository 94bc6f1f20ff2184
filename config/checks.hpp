#pragma once

#include "config/configuration.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cafq::config {

/// Looks for values that only make sense together with others, or not at all.
/// @returns the first, with where it was set.
[[nodiscard]] complaint check_values(const configuration& what);

/// Lowers the default of --memory-limit to half of what the cgroup allows:
/// connections and the pages of the store's file need memory, too.
/// @param allowed In bytes, if there is a limit.
/// @returns a line for the log if it did.
[[nodiscard]] complaint
fit_memory_limit(configuration& what, std::optional<uint64_t> allowed);

/// One line per option that is set and has no effect, for the log.
[[nodiscard]] std::vector<std::string> notes(const configuration& what);

} // namespace cafq::config
