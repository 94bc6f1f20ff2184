#pragma once

#include "net/protocol/contract.hpp"

#include <cstdint>
#include <limits>
#include <optional>

namespace cafq::queue {

/// Numbers the messages of one topic, 54 bits, ascending for ever. A topic
/// starts at the Unix time in microseconds or, if that is higher, at the mark
/// below which it may have given out numbers before. The mark is on disk before
/// a number at or above it is used, so it runs ahead in large steps:
///
///     used | next ... half a step left: ask for the next mark ... | reserved
class number_source {
public:
  /// How far the mark runs ahead: some minutes at a million messages a second.
  static constexpr uint64_t step = uint64_t{1} << 27U;

  /// The mark of a topic that no disk remembers.
  static constexpr auto no_mark = std::numeric_limits<uint64_t>::max();

  /// @param now_us Unix time in microseconds.
  /// @param used Numbers below may have been used.
  /// @param reserved Numbers from here on may not be given out yet.
  explicit number_source(uint64_t now_us, uint64_t used = 0,
                         uint64_t reserved = no_mark) noexcept
    : next_(now_us > used ? now_us : used), reserved_(reserved) {
    // nop
  }

  /// Whether so many numbers are reserved.
  [[nodiscard]] bool may_take(uint64_t count) const noexcept {
    return next_ + count < reserved_;
  }

  /// Gives out `count` consecutive numbers.
  /// @returns the first.
  /// @pre `may_take(count)`
  uint64_t take(uint64_t count) {
    CAFQ_CHECK(may_take(count));
    const auto result = next_;
    next_ += count;
    return result;
  }

  /// Returns the number that is given out next.
  [[nodiscard]] uint64_t next() const noexcept {
    return next_;
  }

  /// Returns the mark to reserve next.
  [[nodiscard]] uint64_t next_mark() const noexcept {
    return next_ + step;
  }

  /// Returns the mark that the store is to be asked for, long before the
  /// numbers reach the one there is. There is an answer to come then.
  [[nodiscard]] std::optional<uint64_t> wanted_mark() noexcept {
    if (asked_ || may_take(step / 2))
      return std::nullopt;
    asked_ = true;
    return next_mark();
  }

  /// The store has moved the mark.
  /// @pre It was asked for this one.
  void reserved(uint64_t mark) {
    CAFQ_CHECK(asked_ && mark > next_);
    asked_ = false;
    reserved_ = mark;
  }

  /// The store has not moved the mark.
  void not_reserved() noexcept {
    asked_ = false;
  }

private:
  uint64_t next_;
  uint64_t reserved_;
  bool asked_ = false;
};

} // namespace cafq::queue
