#pragma once

#include "actors/queue/backlog.hpp"
#include "actors/queue/block.hpp"
#include "actors/queue/deadline_index.hpp"
#include "actors/queue/deferred_set.hpp"
#include "actors/queue/delivered.hpp"
#include "actors/queue/peek.hpp"
#include "actors/queue/store_orders.hpp"
#include "actors/queue/time.hpp"

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace cafq::queue {

struct open_block;

enum class slot_state : uint8_t { unread, requeued, in_flight, parked, gone };

/// One message of a block that was opened for delivery.
struct slot : deadline_hook {
  open_block* home = nullptr;
  consumer_id owner = 0;
  time_point delivered{};
  uint16_t index = 0;
  uint16_t attempts = 0;
  slot_state state = slot_state::unread;
};

/// A block from which at least one message was taken, until all are gone.
struct open_block {
  static constexpr auto clean = std::numeric_limits<size_t>::max();

  block_ptr body;
  std::unique_ptr<slot[]> slots;
  uint16_t next_unread = 0;
  uint16_t not_gone = 0;
  /// Whether the store holds it, and whether it knows about all progress.
  bool stored = false;
  /// Whether the store was asked for the bodies, which are not in memory.
  bool fetching = false;
  /// Its place among those with news for the store, `clean` without.
  size_t dirty_at = clean;
  /// A message that was deferred: on its own, while the block it once came in
  /// may be open as well.
  bool alone = false;
  /// Its row among the deferred messages of the store.
  std::optional<deferred_key> row;

  /// Whether the bodies are in the store only.
  [[nodiscard]] bool absent() const noexcept {
    return !body->has_bodies();
  }
};

/// The open blocks of a queue, found by the numbers of their messages.
class open_blocks {
public:
  /// Opens a block of the backlog.
  open_block& open(backlog_block x);

  /// Opens a message that was deferred. Nothing in it counts as unread.
  open_block& open(deferred_set::item x);

  /// Finds the slot of a message that is in flight.
  /// @returns `nullptr` if it is not.
  [[nodiscard]] slot* in_flight(uint64_t number);

  /// Returns the block of the backlog with this first number, or null.
  [[nodiscard]] open_block* find(uint64_t first_number);

  /// Returns the message that was deferred, or null.
  [[nodiscard]] open_block* find_alone(uint64_t number);

  /// Forgets a block.
  void close(open_block& x);

  void clear();

  /// Adds the messages that are asked for.
  void peek(peek_list& to) const;

  [[nodiscard]] size_t size() const noexcept {
    return blocks_.size() + alone_.size();
  }

  /// Returns the bytes that it takes to know where the messages are, the blocks
  /// themselves not included.
  [[nodiscard]] size_t memory() const noexcept {
    return slots_ * sizeof(slot) + size() * memory_of_one;
  }

  /// Whether each block is found by its number, and each of its slots by
  /// itself: for tests.
  [[nodiscard]] bool invariant() const;

  /// Calls `f` with every open block, in the order of their numbers.
  template <class F>
  void each(F&& f) {
    for (auto& [number, x] : blocks_)
      f(x);
    for (auto& [number, x] : alone_)
      f(x);
  }

  template <class F>
  void each(F&& f) const {
    for (const auto& [number, x] : blocks_)
      f(x);
    for (const auto& [number, x] : alone_)
      f(x);
  }

  /// Calls `f` with those whose first number is above `after`, up to `mark`.
  template <class F>
  void each(uint64_t after, uint64_t mark, F&& f) {
    for (auto* in : {&blocks_, &alone_})
      for (auto i = in->upper_bound(after); i != in->end() && i->first <= mark;
           ++i)
        f(i->second);
  }

private:
  using blocks = std::map<uint64_t, open_block>;

  /// With what the maps and the allocator add.
  static constexpr size_t memory_of_one = sizeof(open_block) + 64;

  open_block& fill(open_block& x, block_ptr body);
  [[nodiscard]] slot* find_among_sparse(uint64_t number);

  /// By first number.
  blocks blocks_;
  /// Messages that were deferred; their numbers lie inside blocks that may
  /// still be open.
  blocks alone_;
  /// First numbers of blocks with gaps, into which other blocks may reach: what
  /// was left over when the node stopped.
  std::vector<uint64_t> sparse_;
  /// Of all blocks.
  size_t slots_ = 0;
  /// Where the last search ended: FINs mostly come in runs.
  open_block* last_found_ = nullptr;
};

/// Returns what became of the messages of a block so far.
[[nodiscard]] block_progress progress_of(const open_block& x);

} // namespace cafq::queue
