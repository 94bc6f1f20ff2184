#pragma once

#include <cstdint>
#include <vector>

namespace cafq::bench {

/// Counts values in buckets that are at most 1/64 of their value wide, so
/// memory does not depend on how many there are.
class histogram {
public:
  histogram();

  void record(std::uint64_t value) noexcept;

  void clear() noexcept;

  /// The least recorded value, up to its bucket's width, that `fraction` of
  /// all values do not exceed; 0 when there is none.
  [[nodiscard]] std::uint64_t quantile(double fraction) const noexcept;

  [[nodiscard]] std::uint64_t max() const noexcept {
    return max_;
  }

  [[nodiscard]] std::uint64_t count() const noexcept {
    return count_;
  }

private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

} // namespace cafq::bench
