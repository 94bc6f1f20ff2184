#pragma once

#include <cstdint>

namespace cafq::queue {

/// Numbers the messages of one topic, 54 bits, ascending for ever. A topic
/// starts at the Unix time in microseconds or, if that is higher, at the mark
/// below which it may have given out numbers before. The mark is on disk before
/// a number at or above it is used, so it runs ahead in large steps.
class number_source {
public:
  /// How far the mark runs ahead: some minutes at a million messages a second.
  static constexpr uint64_t step = uint64_t{1} << 27U;

  /// @param now_us Unix time in microseconds.
  /// @param mark Numbers below may have been used.
  explicit number_source(uint64_t now_us, uint64_t mark = 0) noexcept
    : next_(now_us > mark ? now_us : mark) {
    // nop
  }

  /// Returns the mark to reserve next.
  [[nodiscard]] uint64_t next_mark() const noexcept {
    return next_ + step;
  }

  /// Gives out `count` consecutive numbers.
  /// @returns the first.
  uint64_t take(uint64_t count) noexcept {
    const auto result = next_;
    next_ += count;
    return result;
  }

  /// Returns the number that is given out next.
  [[nodiscard]] uint64_t next() const noexcept {
    return next_;
  }

private:
  uint64_t next_;
};

} // namespace cafq::queue
