#pragma once

#include "actors/queue/block.hpp"
#include "actors/queue/peek.hpp"
#include "actors/queue/store_orders.hpp"
#include "actors/queue/time.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

namespace cafq::queue {

/// Messages that wait for their time. Those due soon lie in memory, a bounded
/// number of others too; the rest lies in the store in due order:
///
///   due:   now ........ loaded until ......................... later
///          [   memory (some of them rows of the store)  ]
///                       [    memory (a few)   |   store        ]
///
/// A row stays in the store until its message is finished or deferred anew, so
/// that a crash does not lose it. Rows tell the time by the wall clock of when
/// they were written. What is in memory is due by the clock of all deadlines,
/// whatever happens to the other one.
class deferred_set {
public:
  /// A message whose time has come.
  struct item {
    block_ptr body;
    uint16_t attempts = 0;
    /// Its row in the store, if it has one.
    std::optional<deferred_key> row;
  };

  /// @param memory Messages that may lie in memory without being due soon.
  /// @param unix_offset What to add to the time since the epoch of the clock
  ///                    to get the time since the Unix epoch.
  deferred_set(size_t memory, duration unix_offset) noexcept
    : limit_(memory), unix_offset_(unix_offset) {
    // nop
  }

  // -- modifiers --------------------------------------------------------------

  /// Goes on with what the store has held since before the start.
  void resume(uint64_t messages) noexcept {
    on_disk_ = messages;
  }

  /// @param hold Whether it may be in memory only: the node has some to spare,
  ///             and no crash would lose what the store has now.
  /// @pre `body` holds a single message.
  void put(block_ptr body, uint16_t attempts, time_point due, bool hold,
           store_orders& out);

  /// Likewise, for a message that the store has already.
  void put_stored(block_ptr body, time_point due, int64_t row_ns);

  /// Rows tell the time by this offset from now on: somebody may have set the
  /// wall clock.
  void set_clock(duration unix_offset) noexcept;

  /// Whether rows that were loaded by another time have to be looked for anew:
  /// new ones may lie among them.
  [[nodiscard]] bool wants_to_start_over() const noexcept {
    return stale_ && !loading_;
  }

  /// @param apart Rows of the store whose messages were taken by `pop`.
  void start_over(const std::vector<deferred_key>& apart);

  /// Gives up the rows in memory: they are read again when their time comes.
  /// Keeps them while an answer is under way.
  /// @param apart See `start_over`.
  void give_up(const std::vector<deferred_key>& apart);

  /// Takes a message that is due.
  [[nodiscard]] std::optional<item> pop(time_point now);

  /// Hands all that only is in memory to the store.
  void save(store_orders& out);

  /// Hands to the store what only is in memory and has a number up to `mark`.
  /// Memory keeps what is due soon.
  void keep_copies(uint64_t mark, time_point now, store_orders& out);

  /// Hands a message to the store whose time had come already.
  static void save(const item& x, store_orders& out);

  /// Likewise, while it goes on in memory.
  /// @returns its row.
  deferred_key keep_copy(const item& x, store_orders& out);

  /// The row of a message that was taken by `pop` is no longer.
  void forget(const deferred_key& row);

  /// Returns what to ask of the store now, if anything; the answer is `loaded`.
  /// @param newest The highest number that was put: the store may have been
  ///               given more.
  /// @param all Whether to ask for all, however late they are due.
  /// @param spare Bytes that the node has to spare; if there are few, some are
  ///              read when none is in memory.
  [[nodiscard]] std::optional<due_request>
  wanted(time_point now, uint64_t newest, bool all = false,
         size_t spare = SIZE_MAX);

  /// Takes what the store answered to `wanted`.
  void loaded(due_rows rows);

  /// Does without the answer that is under way, if there is one.
  void forget_request();

  /// Forgets everything, an answer that is under way included.
  void clear();

  // -- observers --------------------------------------------------------------

  [[nodiscard]] size_t size() const noexcept {
    return heap_.size() + on_disk_ + undecided_.size();
  }

  /// Returns the size of the bodies in memory.
  [[nodiscard]] size_t bytes() const noexcept {
    return bytes_;
  }

  /// Adds the messages in memory that are asked for.
  void peek(peek_list& to) const;

  /// Returns what the store has of them, if it may have some.
  [[nodiscard]] std::optional<peek_rest> peek_rest_of(peek_list& to) const;

  [[nodiscard]] int64_t to_unix(time_point x) const noexcept {
    return (x.time_since_epoch() + unix_offset_).count();
  }

  /// Returns how many blocks are in memory.
  [[nodiscard]] size_t blocks() const noexcept {
    return heap_.size() + undecided_.size();
  }

  /// Returns the bytes that it takes beside the blocks.
  [[nodiscard]] size_t bookkeeping() const noexcept {
    // What a node of a set takes besides.
    constexpr size_t node = 40;
    return blocks() * sizeof(waiting)
           + apart_.size() * (sizeof(deferred_key) + node);
  }

  /// Returns when the first message that is in memory is due.
  [[nodiscard]] std::optional<time_point> first_in_memory() const {
    if (heap_.empty())
      return std::nullopt;
    return heap_.front().due;
  }

  /// Returns when the first message is due, if that is known without asking
  /// the store.
  [[nodiscard]] std::optional<time_point> first_due() const;

  /// Returns how many rows may be in memory.
  [[nodiscard]] size_t most_loaded() const noexcept {
    return std::max(limit_, least_load);
  }

  /// Returns when the oldest message was published, in ns since the Unix epoch:
  /// of a thousand in memory that are due early.
  [[nodiscard]] std::optional<int64_t> oldest_ns() const;

  /// Returns when to call `pop` or `wanted` next, if ever.
  /// @param popping Whether it is worth calling `pop` at all.
  [[nodiscard]] std::optional<time_point> next(bool popping = true) const;

  /// Whether the counters are the sums of what is there, and each message that
  /// waits for an answer of the store has a row: for tests.
  [[nodiscard]] bool invariant() const;

private:
  /// However small the memory queue is, loading fewer at a time does not pay.
  static constexpr size_t least_load = 512;

  /// Rows that one look may leave out.
  static constexpr size_t most_without = 4096;

  struct waiting {
    time_point due;
    /// Keeps messages with equal due times in the order they came.
    uint64_t sequence;
    item what;
  };

  void push(item x, time_point due);
  void count_row(const item& x) noexcept;
  void settle(waiting x);
  void place(waiting x);
  void place_undecided();
  [[nodiscard]] bool may_load() const noexcept;

  [[nodiscard]] deferred_key key_of(const waiting& x) const;

  [[nodiscard]] time_point from_unix(int64_t ns) const noexcept {
    return time_point{duration{ns} - unix_offset_};
  }

  size_t limit_;
  duration unix_offset_;
  /// Whether `loaded_until_` is by another clock.
  bool stale_ = false;

  /// The earliest on top.
  std::vector<waiting> heap_;
  uint64_t sequence_ = 0;
  /// How many in there are rows of the store. They are bounded apart from the
  /// others, which may be due much later and must not keep them out.
  size_t rows_in_heap_ = 0;
  size_t row_bytes_ = 0;
  /// Of all in there.
  size_t bytes_ = 0;

  /// Rows of the store that are not in the heap.
  size_t on_disk_ = 0;
  /// All rows up to here were loaded.
  deferred_key loaded_until_;
  /// Rows above that must not be loaded: their messages are elsewhere.
  std::set<deferred_key> apart_;
  /// When the next row has to be loaded.
  time_point load_at_{};
  bool loading_ = false;
  /// Whether the next read waits until those in memory have gone.
  bool short_ = false;
  /// Up to when what is being loaded is due, and how many rows there were.
  int64_t loading_until_ns_ = 0;
  size_t asked_ = 0;
  /// Rows with higher numbers come by `put_stored`.
  uint64_t newest_ = 0;
  /// Became rows meanwhile: whether `loaded_until_` will pass them over is not
  /// known before the answer.
  std::vector<waiting> undecided_;
};

} // namespace cafq::queue
