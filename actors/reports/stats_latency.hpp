#pragma once

#include "actors/reports/stats.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace cafq {

/// Times from publish to FIN, as nsqd tells them.
struct latency_report {
  uint64_t count = 0;
  /// Quantile and nanoseconds. Empty if none are measured.
  std::vector<std::pair<double, int64_t>> percentiles;
};

/// @param quantiles What --e2e-processing-latency-percentile names.
[[nodiscard]] latency_report
latency_of(const actor_stat& channel, const std::vector<double>& quantiles);

/// All channels together. A topic without channels has no percentiles.
[[nodiscard]] latency_report
latency_of(const topic_report& topic, const std::vector<double>& quantiles);

} // namespace cafq
