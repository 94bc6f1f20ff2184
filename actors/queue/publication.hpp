#pragma once

#include "actors/queue/block.hpp"
#include "actors/queue/time.hpp"

namespace cafq::queue {

/// One or more published messages on their way to the channels.
struct publication {
  block_ptr body;
  /// When to deliver them; the epoch of the clock means at once. A deferred
  /// block holds a single message.
  time_point due{};

  [[nodiscard]] bool deferred() const noexcept {
    return due != time_point{};
  }
};

} // namespace cafq::queue
