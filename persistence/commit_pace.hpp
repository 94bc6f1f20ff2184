#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace cafq {

/// How much to write in one transaction. Reads, and publishers that wait for
/// room, wait until it has ended: on a slow disk, or one that has other work,
/// it is to be smaller.
class commit_pace {
public:
  /// @param most Bytes that are never exceeded.
  explicit commit_pace(size_t most) noexcept : most_(most), bytes_(most) {
    // nop
  }

  /// A transaction has taken this long.
  void took(std::chrono::nanoseconds x) noexcept {
    if (x > longest)
      bytes_ = std::max(bytes_ / 2, std::min(least, most_));
    else if (x < longest / 4)
      bytes_ = std::min(bytes_ * 2, most_);
  }

  [[nodiscard]] size_t bytes() const noexcept {
    return bytes_;
  }

private:
  static constexpr std::chrono::milliseconds longest{500};

  /// A disk that takes that long for so little gains nothing by less.
  static constexpr size_t least = size_t{256} << 10U;

  size_t most_;
  size_t bytes_;
};

} // namespace cafq
