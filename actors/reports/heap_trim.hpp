#pragma once

#include <cstddef>

namespace cafq {

/// Gives memory back to the system that was needed for a while: the allocator
/// keeps what is free between what is in use, so a process stays as large as it
/// ever was.
class heap_trim {
public:
  /// Looks whether it is worth it, and does it then: some milliseconds for each
  /// hundred megabytes, in which other threads may wait for memory.
  /// @param used Bytes that are known to be in use.
  void look(size_t used);

  /// Returns how often it did.
  [[nodiscard]] size_t times() const noexcept {
    return times_;
  }

private:
  /// What was free behind the last time, or less: between what is in use, in
  /// pieces that are too small.
  size_t left_ = 0;
  size_t times_ = 0;
};

} // namespace cafq
