#pragma once

#include <cstdint>

namespace cafq::queue {

/// Numbers the messages of one topic, 54 bits, ascending for ever: a topic
/// starts at the Unix time in microseconds, so a restarted one goes on above
/// what it gave before (it never gives more than one number a microsecond).
class number_source {
public:
  /// @param now_us Unix time in microseconds.
  explicit number_source(uint64_t now_us) noexcept : next_(now_us) {
    // nop
  }

  /// Gives out `count` consecutive numbers.
  /// @returns the first.
  uint64_t take(uint64_t count) noexcept {
    const auto result = next_;
    next_ += count;
    return result;
  }

private:
  uint64_t next_;
};

} // namespace cafq::queue
