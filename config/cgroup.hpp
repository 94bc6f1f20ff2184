#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace cafq::config {

/// Returns how much memory the cgroup of this process may use, its parents
/// included: the least of what versions 1 and 2 of cgroups say.
/// @param own Names the groups of the process.
/// @param root Where the groups are.
[[nodiscard]] std::optional<uint64_t>
memory_limit_of_cgroup(const std::filesystem::path& own = "/proc/self/cgroup",
                       const std::filesystem::path& root = "/sys/fs/cgroup");

} // namespace cafq::config
