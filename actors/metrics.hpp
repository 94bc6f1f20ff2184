#pragma once

#include <prometheus/histogram.h>

namespace cafq {

/// What actors measure as it happens; the other figures of /metrics are asked
/// for. One for the process, as there is one node in it.
struct live_metrics {
  /// How long the store's commits take, in seconds.
  prometheus::Histogram commit{
    {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5}};

  /// From publish to the first delivery, in seconds. A sample.
  prometheus::Histogram delivery{{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                  0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
                                  10, 60, 600}};
};

/// May be used by any thread.
[[nodiscard]] live_metrics& metrics();

} // namespace cafq
