/// The wall clock, for what outlives the process or is told to others.
#pragma once

#include <chrono>
#include <cstdint>

namespace cafq {

/// Returns the Unix time in nanoseconds: timestamps of messages and records.
[[nodiscard]] inline int64_t unix_time_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
           std::chrono::system_clock::now().time_since_epoch())
    .count();
}

/// Returns the Unix time in microseconds, where message numbers start.
[[nodiscard]] inline uint64_t unix_time_us() {
  return static_cast<uint64_t>(unix_time_ns() / 1000);
}

} // namespace cafq
