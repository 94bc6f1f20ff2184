#pragma once

#include "tools/cafq/bench/histogram.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>

namespace cafq::tool {

/// How long a disk takes, all in nanoseconds.
struct disk_times {
  /// fdatasync after 4 KB were written to a file.
  bench::histogram sync;

  /// A commit of the message store: this many messages of 200 bytes, while
  /// those of the commit before go.
  bench::histogram commit_1;
  bench::histogram commit_50;
  bench::histogram commit_400;
};

/// Measures with files in a directory of its own below `path`, which is gone
/// afterwards.
/// @param each How long one of the four measurements may take.
/// @throws error when there is no such directory or it cannot be written to.
[[nodiscard]] disk_times
measure_disk(const std::filesystem::path& path,
             std::chrono::milliseconds each = std::chrono::seconds{1});

} // namespace cafq::tool
