#pragma once

#include "actors/queue/block.hpp"
#include "actors/queue/store_orders.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
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

  /// Takes the next block, if it is in memory.
  [[nodiscard]] std::optional<backlog_block> pop();

  /// Hands a tail that is not full yet to the store as well.
  void flush(store_orders& out);

  /// Hands all that only is in memory to the store.
  void save(store_orders& out);

  /// Returns what to ask of the store now, if anything; the answer is `loaded`.
  [[nodiscard]] std::optional<read_request> wanted();

  /// Takes what the store answered to `wanted`.
  void loaded(std::vector<stored_block> blocks);

  /// Does without the answer that is under way, if there is one.
  void forget_request() noexcept {
    reading_ = false;
  }

  /// Forgets everything, an answer that is under way included.
  void clear();

  // -- observers --------------------------------------------------------------

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

  /// Whether `flush` has something to do.
  [[nodiscard]] bool has_tail() const noexcept {
    return !tail_.empty();
  }

private:
  [[nodiscard]] bool spilled() const noexcept {
    return on_disk_ > 0 || reading_ || !tail_.empty();
  }

  size_t limit_;

  std::deque<backlog_block> memory_;
  size_t in_memory_ = 0;
  size_t bytes_in_memory_ = 0;

  size_t on_disk_ = 0;
  /// The first number of the last block that was read.
  uint64_t cursor_ = 0;
  bool reading_ = false;

  std::vector<block_ptr> tail_;
  size_t in_tail_ = 0;
  size_t tail_bytes_ = 0;
};

/// Packs blocks with ascending numbers into one.
/// @pre They fit the limits of a block.
[[nodiscard]] block_ptr pack(const std::vector<block_ptr>& blocks);

} // namespace cafq::queue
