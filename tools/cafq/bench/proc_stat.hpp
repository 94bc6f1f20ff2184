#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include <sys/types.h>

namespace cafq::bench {

/// What the system says of a process.
struct proc_stat {
  std::chrono::nanoseconds user{};
  std::chrono::nanoseconds system{};
  std::uint64_t rss_anon_kb = 0;
  std::uint64_t rss_peak_kb = 0;
  /// Context switches of all threads there are.
  std::uint64_t switches = 0;

  [[nodiscard]] std::chrono::nanoseconds cpu() const noexcept {
    return user + system;
  }
};

/// Reads the text of /proc/PID/stat and /proc/PID/status.
/// @param ticks_per_second sysconf(_SC_CLK_TCK)
/// @returns nothing when `stat` is not what proc(5) describes.
[[nodiscard]] std::optional<proc_stat>
parse_proc_stat(std::string_view stat, std::string_view status,
                std::int64_t ticks_per_second);

/// Returns the context switches that /proc/PID/task/TID/status tells of.
[[nodiscard]] std::uint64_t parse_switches(std::string_view status);

/// @throws tool::error when there is no such process.
[[nodiscard]] proc_stat read_proc_stat(pid_t pid);

} // namespace cafq::bench
