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

/// What became of the messages of one stored block.
struct block_progress {
  /// By index in the block.
  std::bitset<block::max_messages> finished;

  /// Index and attempts of those delivered and not finished. They replace the
  /// attempts in the block.
  std::vector<std::pair<uint16_t, uint16_t>> attempts;

  [[nodiscard]] bool empty() const noexcept {
    return finished.none() && attempts.empty();
  }

  bool operator==(const block_progress&) const = default;
};

struct stored_block {
  block_ptr body;
  block_progress progress;

  /// Returns how many of its messages are not finished.
  [[nodiscard]] size_t unfinished() const noexcept {
    return body->count() - progress.finished.count();
  }
};

/// Deferred messages of a queue are told apart, and ordered, by these.
struct deferred_key {
  /// In ns since the Unix epoch.
  int64_t due_ns = 0;
  uint64_t number = 0;

  // clang-tidy 14 sees a null pointer in it.
  // NOLINTNEXTLINE(modernize-use-nullptr)
  auto operator<=>(const deferred_key&) const = default;
};

/// A message that waits for its time.
struct deferred_message {
  /// In ns since the Unix epoch.
  int64_t due_ns = 0;

  /// Holds this one message; its attempts are in there.
  block_ptr body;

  [[nodiscard]] deferred_key key() const noexcept {
    return {due_ns, body->first_number()};
  }
};

/// What a queue wants done in the store. If the process ends before all of it
/// is, no message is missing or there twice.
struct store_orders {
  std::vector<stored_block> keep;
  std::vector<std::pair<uint64_t, block_progress>> progress;
  /// First numbers of blocks that are finished.
  std::vector<uint64_t> done;
  std::vector<deferred_message> defer;
  std::vector<deferred_key> undefer;
  /// How many of the messages to keep have no place in memory.
  uint64_t unplaced = 0;

  [[nodiscard]] bool empty() const noexcept {
    return keep.empty() && progress.empty() && done.empty() && defer.empty()
           && undefer.empty();
  }
};

/// Asks for the blocks behind the one whose first number is `after`, in order.
struct read_request {
  uint64_t after = 0;
  /// The store may have been given more of the queue than the queue knows yet.
  uint64_t up_to = 0;
  size_t max_messages = 0;
  /// A block that exceeds it comes, too.
  size_t max_bytes = 0;
};

/// Asks for blocks and deferred messages by their names: bodies that the queue
/// gave up.
struct body_request {
  /// First numbers.
  std::vector<uint64_t> blocks;
  std::vector<deferred_key> rows;
};

/// The answer to a body_request. What was damaged is missing.
struct bodies {
  std::vector<block_ptr> blocks;
  std::vector<deferred_message> rows;
};

/// Asks for the deferred messages behind `after` that are due by `until_ns`.
struct due_request {
  deferred_key after;
  int64_t until_ns = 0;
  size_t max_messages = 0;
  /// One that exceeds it comes, too.
  size_t max_bytes = 0;
};

/// The answer to a due_request.
struct due_rows {
  std::vector<deferred_message> rows;
  /// When the first one that is left is due.
  std::optional<int64_t> next_ns;
};

} // namespace cafq::queue
