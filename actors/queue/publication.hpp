#pragma once

#include "actors/queue/block.hpp"
#include "actors/queue/time.hpp"

#include <boost/container/small_vector.hpp>

#include <cstdint>

namespace cafq::queue {

/// One or more published messages on their way to the channels.
struct publication {
  block_ptr body;
  /// When to deliver them; the epoch of the clock means at once. A deferred
  /// block holds a single message.
  time_point due{};
  /// When that is in ns since the Unix epoch, for one that the store has: so
  /// its row is named.
  int64_t row_ns = 0;

  [[nodiscard]] bool deferred() const noexcept {
    return due != time_point{};
  }
};

/// One, as a rule: one allocation less for each PUB.
using publications = boost::container::small_vector<publication, 1>;

} // namespace cafq::queue
