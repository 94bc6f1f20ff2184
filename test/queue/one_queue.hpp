#pragma once

#include "actors/queue/channel_queue.hpp"
#include "test/support/messages.hpp"

#include <cstdint>
#include <limits>
#include <vector>

namespace cafq::queue {

using numbers = std::vector<uint64_t>;

inline constexpr auto unlimited = std::numeric_limits<size_t>::max();
inline constexpr auto grain = deadline_index::granularity;

/// Two consumers.
inline constexpr consumer_id ann = 1;
inline constexpr consumer_id bob = 2;

/// A queue at a time that is a multiple of the granularity, as are the
/// timeouts: so deadlines are exact.
struct one_queue {
  std::vector<run> take_runs(consumer_id to, size_t most = unlimited,
                             size_t most_bytes = unlimited) {
    std::vector<run> result;
    uut.take({to, timeout, {}}, most, most_bytes, now, result);
    return result;
  }

  numbers
  take(consumer_id to, size_t most = unlimited, size_t most_bytes = unlimited) {
    return test::numbers_of(take_runs(to, most, most_bytes));
  }

  /// Returns the owners of what timed out.
  std::vector<consumer_id> advance(duration by) {
    now += by;
    std::vector<consumer_id> result;
    uut.expire(now, result);
    return result;
  }

  static constexpr auto timeout = 1000 * grain;

  channel_queue uut;
  time_point now = time_point{} + 1'000'000 * grain;
};

} // namespace cafq::queue
