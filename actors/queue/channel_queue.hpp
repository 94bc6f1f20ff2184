#pragma once

#include "actors/queue/backlog.hpp"
#include "actors/queue/block.hpp"
#include "actors/queue/deadline_index.hpp"
#include "actors/queue/deferred_set.hpp"
#include "actors/queue/delivered.hpp"
#include "actors/queue/open_blocks.hpp"
#include "actors/queue/store_orders.hpp"
#include "actors/queue/time.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace cafq::queue {

/// The life of a message inside one channel, as a plain value type:
///
///     put --> ready ------take-----> in flight --finish--> (gone)
///               ^                     |   |  ^
///               +--requeue(0), expire-+   |  +-touch
///               |                         |
///   defer --> deferred <--requeue(delay)--+
///               |
///               +---- due: back to ready
///
/// Each message is in exactly one of ready, in flight and deferred. Publish
/// order is kept. What comes back stands behind what is ready in memory by
/// then, as many messages as it may hold, and before what lies in the store
/// only: so with everything in memory the order is that of nsqd's one queue,
/// and a backlog in the store that never ends keeps nothing back.
///
/// What does not fit in memory is for the store: modifiers collect `orders`,
/// and `wanted_*` say what to read back. What the store has may leave memory at
/// any time, see `shed`. Knows no clock, no consumer's credit, no disk.
class channel_queue {
public:
  /// To whom messages go, and for how long.
  struct taker {
    consumer_id id = 0;
    duration msg_timeout{};
    /// Whether to deliver the message in question; false drops it for good
    /// (IDENTIFY's sample_rate). Empty keeps all.
    std::function<bool()> keep;
  };

  /// How much `take` took, dropped messages not included.
  struct taken {
    size_t messages = 0;
    size_t bytes = 0;
  };

  /// A message that a consumer has.
  struct flight {
    consumer_id holder = 0;
    uint16_t attempts = 0;
    time_point delivered{};
    /// When it times out, at the latest.
    time_point until{};
  };

  struct counters {
    /// Messages that ever came in by `put` or `defer`.
    uint64_t messages = 0;
    uint64_t requeued = 0;
    uint64_t timed_out = 0;
  };

  /// @param memory Messages that may be ready in memory, and the same number
  ///               of deferred ones.
  /// @param unix_offset See `deferred_set`.
  explicit channel_queue(size_t memory = SIZE_MAX,
                         duration unix_offset = {}) noexcept
    : memory_(memory), backlog_(memory), deferred_(memory, unix_offset) {
    // nop
  }

  // Open blocks point at each other.
  channel_queue(const channel_queue&) = delete;
  channel_queue& operator=(const channel_queue&) = delete;
  ~channel_queue() = default;

  // -- modifiers --------------------------------------------------------------

  /// Goes on with what the store has held since before the start.
  /// @param newest No message in there has a higher number.
  void resume(uint64_t messages, uint64_t deferred, uint64_t newest) noexcept {
    backlog_.resume(messages);
    deferred_.resume(deferred);
    newest_ = seen_up_to_ = stored_up_to_ = newest;
  }

  /// Appends messages.
  /// @param hold Whether the node has memory to spare for them.
  /// @pre Their numbers are above all that came before.
  void put(block_ptr body, bool hold = true);

  /// Keeps one message until `due`.
  /// @pre `body` holds a single message.
  void defer(block_ptr body, time_point due, bool hold = true);

  /// Appends messages that the store has already.
  void put_stored(block_ptr body, bool hold = true);

  /// Keeps one message until `due` that the store has already.
  void defer_stored(block_ptr body, time_point due, int64_t row_ns);

  /// Somebody may have set the wall clock: see `deferred_set`.
  void set_clock(duration unix_offset);

  /// Moves ready messages in flight, appending them to `out`.
  /// @param max_bytes Bodies stop when they reach it; the first always fits.
  taken take(const taker& to, size_t max_messages, size_t max_bytes,
             time_point now, std::vector<run>& out);

  /// Takes a whole block of messages that were never taken by `take`, for
  /// another queue. If the store has it, `orders` tells it to forget it.
  /// @pre `take` was never called.
  [[nodiscard]] std::optional<stored_block> move_block();

  /// Takes a deferred message, likewise.
  [[nodiscard]] std::optional<std::pair<block_ptr, time_point>> move_deferred();

  /// Returns when a message in flight was published, in ns since the Unix
  /// epoch.
  [[nodiscard]] std::optional<int64_t> published_ns(uint64_t number);

  /// Ends the life of a message in flight.
  settled finish(uint64_t number, consumer_id by);

  /// Takes a message back, to be ready again after `delay`.
  settled requeue(uint64_t number, consumer_id by, duration delay,
                  time_point now, bool hold = true);

  /// Gives a consumer another `msg_timeout`, up to `max_msg_timeout` after the
  /// delivery.
  settled touch(uint64_t number, consumer_id by, duration msg_timeout,
                duration max_msg_timeout, time_point now);

  /// Makes ready what timed out and what was deferred until now. Of the latter,
  /// what exceeds the memory stays where it is until `take` makes room.
  /// @param timed_out Receives the owner of every message that timed out.
  /// @param spare Whether the node has memory to spare for many.
  void expire(time_point now, std::vector<consumer_id>& timed_out,
              bool spare = true);

  /// Discards every message, ready, in flight and deferred, and the orders not
  /// taken. What the store holds is dropped with the queue's id.
  void clear();

  // -- the store --------------------------------------------------------------

  /// Adds to the orders what may not wait longer: a block that is not full, and
  /// what became of blocks that are stored.
  void flush();

  /// Adds to the orders copies of what was here at the last call already and is
  /// not in the store.
  void keep_copies(time_point now);

  /// Hands all to the store that only is in memory, and gives up the bodies of
  /// what is ready or in flight, and deferred messages: the node needs the
  /// memory. They are read again when somebody wants them, or it is time.
  void shed(time_point now);

  /// Adds to the orders all that only is in memory, for the end of the node.
  /// @pre can_save()
  void save();

  /// Whether nothing waits for its body to become a deferred message.
  [[nodiscard]] bool can_save() const noexcept {
    return parked_.empty();
  }

  /// Returns what the store is to do, in order.
  [[nodiscard]] store_orders take_orders();

  [[nodiscard]] const store_orders& orders() const noexcept {
    return orders_;
  }

  /// Whether `flush` has something to do.
  [[nodiscard]] bool wants_flush() const noexcept {
    return backlog_.has_tail() || !dirty_.empty();
  }

  /// Whether `keep_copies` may have something to do, now or at the next call.
  [[nodiscard]] bool has_unkept() const noexcept {
    return stored_up_to_ < newest_ && depth() + in_flight_ + deferred() > 0;
  }

  /// @param spare Bytes that the node has to spare.
  [[nodiscard]] std::optional<read_request>
  wanted_blocks(size_t spare = SIZE_MAX) {
    return backlog_.wanted(newest_, spare);
  }

  void loaded(std::vector<stored_block> blocks) {
    backlog_.loaded(std::move(blocks));
  }

  /// @param all Whether to ask for all, however late they are due.
  [[nodiscard]] std::optional<due_request>
  wanted_deferred(time_point now, bool all = false, size_t spare = SIZE_MAX) {
    return deferred_.wanted(now, newest_, all, spare);
  }

  void loaded(due_rows rows) {
    deferred_.loaded(std::move(rows));
  }

  /// Returns which of the bodies that were given up are needed now, if any; the
  /// answer is `fetched`.
  /// @param taking Whether somebody takes messages.
  /// @param spare Bytes that the node has to spare.
  [[nodiscard]] std::optional<body_request>
  wanted_bodies(bool taking, size_t spare = SIZE_MAX);

  void fetched(bodies x);

  /// Does without answers that are under way: they will not come.
  /// @pre `take` was never called.
  void forget_requests() {
    backlog_.forget_request();
    deferred_.forget_request();
  }

  // -- observers --------------------------------------------------------------

  /// Returns messages of one state, as people see them. Takes well below a
  /// millisecond for a thousand.
  [[nodiscard]] peek_page peek(const peek_request& what) const;

  /// Returns how many messages are ready.
  [[nodiscard]] size_t depth() const noexcept {
    return unread() + requeued_.size();
  }

  /// Returns how many of them `take` can get at, at most; at least one if any.
  [[nodiscard]] size_t available() const noexcept {
    if (returned_is_next() && requeued_.front().what->home->absent())
      return 0;
    return unread_in_memory() + requeued_.size();
  }

  /// Returns how many of them are in the store only.
  [[nodiscard]] size_t backend_depth() const noexcept {
    return backlog_.on_disk();
  }

  /// Whether another message would have to go to the store.
  [[nodiscard]] bool full() const noexcept {
    return backlog_.full();
  }

  /// Returns how many of the messages put were never taken.
  [[nodiscard]] size_t unread() const noexcept {
    return backlog_.depth() + reading_left_;
  }

  [[nodiscard]] size_t in_flight() const noexcept {
    return in_flight_;
  }

  [[nodiscard]] size_t deferred() const noexcept {
    return deferred_.size() + parked_.size();
  }

  /// Returns the size of the bodies that it holds in memory.
  [[nodiscard]] size_t bytes() const noexcept {
    return backlog_.bytes() + open_bytes_ + deferred_.bytes();
  }

  /// Returns the bytes that it takes beside the blocks: to know where messages
  /// are, who has them and when they are due.
  [[nodiscard]] size_t bookkeeping() const noexcept {
    return backlog_.bookkeeping() + open_.memory() + deferred_.bookkeeping()
           + requeued_.size() * sizeof(returned)
           + parked_.size() * sizeof(parked);
  }

  /// Returns the part of that which messages in flight have.
  [[nodiscard]] size_t in_flight_bookkeeping() const noexcept {
    const auto open = in_flight_ + requeued_.size() + parked_.size()
                      + reading_left_;
    return in_flight_ > 0 ? open_.memory() / open * in_flight_ : 0;
  }

  /// Returns the bytes that it takes with all its messages in memory, if nobody
  /// else has their blocks.
  [[nodiscard]] size_t memory() const noexcept {
    const auto blocks = backlog_.blocks() + open_.size() + deferred_.blocks();
    const auto messages = depth() + in_flight_ + deferred();
    return bytes() + bookkeeping() + blocks * block::overhead
           + messages * block::message_overhead;
  }

  [[nodiscard]] const counters& totals() const noexcept {
    return totals_;
  }

  /// Returns when the message that was to be taken next was published, in ns
  /// since the Unix epoch; nothing if none is ready, or it is in the store
  /// only.
  [[nodiscard]] std::optional<int64_t> oldest_ready_ns() const;

  /// Returns the message that is in flight for longest, among the thousand that
  /// time out first.
  [[nodiscard]] std::optional<flight> oldest_in_flight() const;

  /// Returns when the oldest deferred message was published, in ns since the
  /// Unix epoch, among those due early.
  [[nodiscard]] std::optional<int64_t> oldest_deferred_ns() const {
    return deferred_.oldest_ns();
  }

  /// Returns when the first deferred message is due, if that is known.
  [[nodiscard]] std::optional<time_point> first_due() const;

  /// Returns when to call `expire` and `wanted_deferred` next, if ever.
  [[nodiscard]] std::optional<time_point> next_deadline() const;

  /// Whether each message is in one state and the counters are their sums.
  /// Looks at everything: for tests.
  [[nodiscard]] bool invariant() const;

private:
  /// A message that came back, and how many unread ones are to be taken before.
  struct returned {
    slot* what;
    uint64_t turn;
  };

  /// A message requeued with a delay whose body is not in memory.
  struct parked {
    slot* what;
    time_point due;
  };

  [[nodiscard]] size_t unread_in_memory() const noexcept {
    return reading_ && reading_->absent()
             ? 0
             : reading_left_ + backlog_.available();
  }

  /// Whether what came back first is next, before all that is unread.
  [[nodiscard]] bool returned_is_next() const noexcept {
    return !requeued_.empty()
           && (requeued_.front().turn <= taken_ || unread_in_memory() == 0);
  }

  slot* next_ready();
  slot* next_returned();
  [[nodiscard]] std::vector<deferred_key> rows_apart() const;
  open_block& open(backlog_block x);
  open_block& open(deferred_set::item x);
  void give_up(open_block& x);
  void got(open_block& x, block_ptr body);
  void lost(open_block& x);
  void become_deferred(slot& x, time_point due, bool hold);
  void unpark();
  void keep_open_blocks(uint64_t after, uint64_t mark);
  size_t
  deliver(slot& x, const taker& to, time_point now, std::vector<run>& out);
  [[nodiscard]] static settled check(const slot* x, consumer_id by);
  void make_ready(slot& x);
  [[nodiscard]] bool has_room_for_due() const noexcept;
  void make_due_ready(time_point now);
  void land(slot& x);
  void gone(slot& x);
  void mark_dirty(open_block& x);
  void mark_clean(open_block& x);
  void report_progress();
  void save_open_blocks();

  size_t memory_;
  backlog backlog_;
  /// The one open block that still has unread messages, and how many.
  open_block* reading_ = nullptr;
  size_t reading_left_ = 0;
  /// How many unread messages were ever taken.
  uint64_t taken_ = 0;
  /// Back from a consumer or from being deferred; first come, first served.
  std::deque<returned> requeued_;
  /// Whether messages that are due wait for room in there.
  bool due_waits_ = false;
  /// Whether the node has memory to spare for many of them.
  bool spare_ = true;

  open_blocks open_;
  /// Of the bodies in there.
  size_t open_bytes_ = 0;
  /// How many blocks in there are without theirs, and those that the store was
  /// asked for: none of them ends before it answers.
  size_t absent_ = 0;
  std::vector<open_block*> fetching_;
  /// Count as deferred.
  std::deque<parked> parked_;
  deadline_index deadlines_;
  size_t in_flight_ = 0;
  deferred_set deferred_;
  counters totals_;

  store_orders orders_;
  /// The highest number that was put.
  uint64_t newest_ = 0;
  /// What it was when `keep_copies` last looked.
  uint64_t seen_up_to_ = 0;
  /// Messages up to this number are in the store, or gone.
  uint64_t stored_up_to_ = 0;

  /// Those in the store about which it does not know all.
  std::vector<open_block*> dirty_;
  /// Whether the orders make a deferred message out of one of such a block: the
  /// store has to hear of both at once.
  bool moved_ = false;
};

} // namespace cafq::queue
