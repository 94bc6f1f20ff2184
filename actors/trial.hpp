#pragma once

#include <cstdint>

namespace cafq {

/// Decides whether to do something that pays only sometimes: as long as it does
/// so more often than not. Each failure doubles the number of chances that are
/// let go by, each success halves it.
class trial {
public:
  /// @param most_skipped Chances that are let go by in a row, at most; one less
  ///                     than a power of two.
  explicit trial(uint32_t most_skipped = 1023) noexcept : most_(most_skipped) {
    // nop
  }

  /// Whether to take this chance; `succeeded` or `failed` is to be called then.
  [[nodiscard]] bool worth_it() noexcept {
    if (skip_ == 0)
      return true;
    --skip_;
    return false;
  }

  void succeeded() noexcept {
    penalty_ /= 2;
  }

  void failed() noexcept {
    if (penalty_ < most_)
      penalty_ = penalty_ * 2 + 1;
    skip_ = penalty_;
  }

private:
  uint32_t most_;
  /// Chances to let go by after the next failure, roughly half of them.
  uint32_t penalty_ = 0;
  uint32_t skip_ = 0;
};

} // namespace cafq
