#pragma once

#include "actors/queue/block.hpp"

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

/// What a queue and the store say to each other, as plain data: the queue never
/// sees the store, and the store never looks inside a queue.
namespace cafq::queue {

/// What has become of the messages of a block.
struct block_progress {
  /// Nothing is left to do for these.
  std::bitset<block::max_messages> finished;
  /// Index and attempts of those that were delivered and are not finished.
  std::vector<std::pair<uint16_t, uint16_t>> attempts;
};

/// A block on its way to or from the store.
struct backlog_block {
  block_ptr body;
  block_progress progress;
  /// Whether the store holds it.
  bool stored = false;

  /// Returns how many of its messages are not finished.
  [[nodiscard]] size_t unfinished() const noexcept {
    return body->count() - progress.finished.count();
  }
};

/// Where a deferred message lies in the store.
struct deferred_key {
  /// In ns since the Unix epoch.
  int64_t due_ns = 0;
  uint64_t number = 0;

  auto operator<=>(const deferred_key&) const = default;
};

/// A deferred message in the store.
struct deferred_row {
  int64_t due_ns = 0;
  /// A single message, its attempts inside.
  block_ptr body;

  [[nodiscard]] deferred_key key() const noexcept {
    return {due_ns, body->first_number()};
  }
};

/// What a queue wants done in the store. The store does all of it or, if the
/// process ends before, nothing.
struct store_orders {
  std::vector<backlog_block> keep;
  std::vector<std::pair<uint64_t, block_progress>> progress;
  /// First numbers of blocks that are finished.
  std::vector<uint64_t> done;
  std::vector<deferred_row> defer;
  std::vector<deferred_key> undefer;

  [[nodiscard]] bool empty() const noexcept {
    return keep.empty() && progress.empty() && done.empty() && defer.empty()
           && undefer.empty();
  }
};

/// Asks for the blocks whose first number is `from` or above, in order.
struct read_request {
  uint64_t from = 0;
  size_t max_messages = 0;
};

/// Asks for the deferred messages behind `after` that are due by `until_ns`.
struct due_request {
  deferred_key after;
  int64_t until_ns = 0;
  size_t max_messages = 0;
};

/// The answer to a due_request.
struct due_rows {
  std::vector<deferred_row> rows;
  /// When the first one that is left is due.
  std::optional<int64_t> next_ns;
};

} // namespace cafq::queue
