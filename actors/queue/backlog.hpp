#pragma once

#include "actors/queue/block.hpp"
#include "actors/queue/peek.hpp"
#include "actors/queue/store_orders.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <vector>

namespace cafq::queue {

/// A block in memory.
struct backlog_block : stored_block {
  /// Whether the store holds it as well.
  bool stored = false;
};

/// The messages of a queue that were never taken, in publish order. What does
/// not fit the memory lies in the store, between what is in memory and what has
/// just come:
///
///   <- pop   [ memory ] [ ....... store ....... ] [ tail ]   put <-
///                      ^ cursor
///
/// While anything is in the store or the tail, new messages go to the tail,
/// which becomes a block of the store when it is full: that keeps the order.
class backlog {
public:
  /// @param memory Messages that may lie in memory.
  explicit backlog(size_t memory) noexcept : limit_(memory) {
    // nop
  }

  // -- modifiers --------------------------------------------------------------

  /// Goes on with what the store has held since before the start.
  void resume(uint64_t messages) noexcept {
    on_disk_ = messages;
  }

  /// Appends messages.
  /// @param hold Whether the node has memory to spare for them.
  void put(block_ptr body, bool hold, store_orders& out);

  /// Appends messages that the store has already.
  /// @param hold Whether the node has memory to spare for them as well.
  void put_stored(block_ptr body, bool hold, store_orders& out);

  /// Takes the next block, if it is in memory.
  [[nodiscard]] std::optional<backlog_block> pop();

  /// Hands a tail that is not full yet to the store as well.
  void flush(store_orders& out);

  /// Hands to the store what only is in memory and has numbers above `after`,
  /// up to `mark`. Memory keeps it.
  void keep_copies(uint64_t after, uint64_t mark, store_orders& out);

  /// Hands all that only is in memory to the store.
  void save(store_orders& out) {
    keep_copies(0, std::numeric_limits<uint64_t>::max(), out);
    flush(out);
  }

  /// Hands all that only is in memory to the store, and gives up what memory
  /// has: it is read again when somebody wants it. Keeps it while an answer is
  /// under way, which belongs behind it.
  void shed(store_orders& out);

  /// Returns what to ask of the store now, if anything; the answer is `loaded`.
  /// @param newest The highest number that was put.
  /// @param spare Bytes that the node has to spare; if there are few, the next
  ///              block alone is asked for, and only when it is wanted.
  [[nodiscard]] std::optional<read_request>
  wanted(uint64_t newest, size_t spare);

  /// Takes what the store answered to `wanted`.
  void loaded(std::vector<stored_block> blocks);

  /// Does without the answer that is under way, if there is one.
  void forget_request() noexcept {
    reading_ = false;
  }

  /// Forgets everything, an answer that is under way included.
  void clear();

  // -- observers --------------------------------------------------------------

  /// Adds the messages in memory that are asked for.
  void peek(peek_list& to) const;

  /// Returns what the store has of them, if it may have some.
  [[nodiscard]] std::optional<peek_rest>
  peek_rest_of(const peek_request& what) const;

  /// Whether another message would have to go to the store.
  [[nodiscard]] bool full() const noexcept {
    return spilled() || in_memory_ >= limit_;
  }

  /// Returns how many messages there are.
  [[nodiscard]] size_t depth() const noexcept {
    return in_memory_ + on_disk_ + in_tail_;
  }

  /// Returns how many of them `pop` can get at.
  [[nodiscard]] size_t available() const noexcept {
    return in_memory_ + (on_disk_ == 0 && !reading_ ? in_tail_ : 0);
  }

  /// Returns how many of them are in the store only.
  [[nodiscard]] size_t on_disk() const noexcept {
    return on_disk_;
  }

  /// Returns the size of the bodies in memory.
  [[nodiscard]] size_t bytes() const noexcept {
    return bytes_in_memory_ + tail_bytes_;
  }

  /// Returns how many blocks are in memory.
  [[nodiscard]] size_t blocks() const noexcept {
    return memory_.size() + tail_.size();
  }

  /// Returns the bytes that it takes beside the blocks.
  [[nodiscard]] size_t bookkeeping() const noexcept {
    return memory_.size() * sizeof(backlog_block)
           + tail_.size() * sizeof(block_ptr);
  }

  /// Returns when the first message was published, in ns since the Unix epoch;
  /// nothing if it is in the store only.
  [[nodiscard]] std::optional<int64_t> first_ns() const;

  /// Whether `flush` has something to do.
  [[nodiscard]] bool has_tail() const noexcept {
    return !tail_.empty();
  }

  /// Whether the counters are the sums of what is there, and numbers ascend:
  /// for tests.
  [[nodiscard]] bool invariant() const;

private:
  void spill_from(const block& first) noexcept;

  [[nodiscard]] bool spilled() const noexcept {
    return on_disk_ > 0 || reading_ || !tail_.empty();
  }

  size_t limit_;

  std::deque<backlog_block> memory_;
  size_t in_memory_ = 0;
  size_t bytes_in_memory_ = 0;

  size_t on_disk_ = 0;
  /// Blocks of the store whose first number is not above this one are in memory
  /// as well, or were taken.
  uint64_t cursor_ = 0;
  bool reading_ = false;

  std::vector<block_ptr> tail_;
  size_t in_tail_ = 0;
  size_t tail_bytes_ = 0;
};

} // namespace cafq::queue
