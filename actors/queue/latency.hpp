#pragma once

#include "actors/queue/time.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cafq::queue {

/// Counts durations, to tell percentiles of them.
///
/// Buckets are 1.024 us wide up to 33 us; from there on each power of two has
/// 32 of them. So a percentile is off by at most 1/64 of itself (1.6 %) or 0.5
/// us; more than 19 hours count as that. The greatest duration is exact. 4 KB;
/// nothing while empty.
class latency_histogram {
public:
  /// A negative duration, as clocks that were set back make, counts as 0.
  void add(duration x);

  /// Adds what another one has counted.
  void merge(const latency_histogram& other);

  void clear();

  [[nodiscard]] uint64_t count() const noexcept {
    return count_;
  }

  /// Returns the duration that a share `q` of all does not exceed, 0 if there
  /// are none.
  /// @param q Above 0, at most 1.
  [[nodiscard]] duration quantile(double q) const;

private:
  std::vector<uint32_t> buckets_;
  uint64_t count_ = 0;
  duration greatest_{};
};

/// The durations of the last while: as nsqd, in two halves, of which the older
/// is dropped when the newer is full. So it covers between one half and all of
/// the window.
class latency_window {
public:
  explicit latency_window(duration length) : half_(length / 2) {
    // nop
  }

  void add(time_point now, duration x);

  /// Returns what the window holds now.
  [[nodiscard]] latency_histogram at(time_point now) const;

private:
  [[nodiscard]] duration age(time_point now) const {
    return now - begun_;
  }

  duration half_;
  /// When the newer half began.
  time_point begun_{};
  latency_histogram newer_;
  latency_histogram older_;
};

} // namespace cafq::queue
