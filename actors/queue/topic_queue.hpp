#pragma once

#include "actors/queue/block.hpp"
#include "actors/queue/time.hpp"

#include <cstddef>
#include <utility>
#include <vector>

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

/// What a topic holds while it is paused or has no channel: messages in publish
/// order, nothing in flight.
class topic_queue {
public:
  void put(publication x) {
    depth_ += x.body->count();
    held_.push_back(std::move(x));
  }

  /// Gives up everything held, in publish order.
  [[nodiscard]] std::vector<publication> take_all() noexcept {
    depth_ = 0;
    return std::exchange(held_, {});
  }

  void clear() noexcept {
    depth_ = 0;
    held_ = std::vector<publication>();
  }

  /// Returns how many messages are held, deferred ones included.
  [[nodiscard]] size_t depth() const noexcept {
    return depth_;
  }

private:
  std::vector<publication> held_;
  size_t depth_ = 0;
};

} // namespace cafq::queue
