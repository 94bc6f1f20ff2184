#pragma once

#include <chrono>

namespace cafq::bench {

using clock = std::chrono::steady_clock;
using time_point = clock::time_point;
using duration = clock::duration;

[[nodiscard]] inline double to_seconds(duration d) {
  return std::chrono::duration<double>{d}.count();
}

[[nodiscard]] inline duration from_seconds(double s) {
  return std::chrono::duration_cast<duration>(std::chrono::duration<double>{s});
}

} // namespace cafq::bench
