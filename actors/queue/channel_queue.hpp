#pragma once

#include "actors/queue/block.hpp"
#include "actors/queue/deadline_index.hpp"
#include "actors/queue/time.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace cafq::queue {

/// Names a connection, unique in this process. Never reused, so a message can
/// stay in flight to a client that is gone.
using consumer_id = uint64_t;

/// Messages that leave for one consumer: neighbours in one block that all are
/// at the same attempt.
struct run {
  block_ptr body;
  uint16_t first = 0;
  uint16_t count = 0;
  uint16_t attempts = 0;
};

/// What FIN, REQ and TOUCH can meet.
enum class settled : uint8_t {
  ok,
  not_in_flight,
  not_owner,
};

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
/// order is kept; what comes back a second time takes turns with it, so that
/// neither starves the other. Knows no clock, no consumer's credit, no disk.
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

  struct counters {
    /// Messages that ever came in by `put` or `defer`.
    uint64_t messages = 0;
    uint64_t requeued = 0;
    uint64_t timed_out = 0;
  };

  // -- modifiers --------------------------------------------------------------

  /// Appends messages.
  /// @pre Their numbers are above all that came before.
  void put(block_ptr body);

  /// Keeps one message until `due`.
  /// @pre `body` holds a single message.
  void defer(block_ptr body, time_point due);

  /// Moves ready messages in flight, appending them to `out`.
  /// @param max_bytes Bodies stop when they reach it; the first always fits.
  taken take(const taker& to, size_t max_messages, size_t max_bytes,
             time_point now, std::vector<run>& out);

  /// Ends the life of a message in flight.
  settled finish(uint64_t number, consumer_id by);

  /// Takes a message back, to be ready again after `delay`.
  settled
  requeue(uint64_t number, consumer_id by, duration delay, time_point now);

  /// Gives a consumer another `msg_timeout`, up to `max_msg_timeout` after the
  /// delivery.
  settled touch(uint64_t number, consumer_id by, duration msg_timeout,
                duration max_msg_timeout, time_point now);

  /// Makes ready what timed out and what was deferred until now.
  /// @param timed_out Receives the owner of every message that timed out.
  void expire(time_point now, std::vector<consumer_id>& timed_out);

  /// Discards every message, ready, in flight and deferred.
  void clear();

  // -- observers --------------------------------------------------------------

  /// Returns how many messages are ready.
  [[nodiscard]] size_t depth() const noexcept {
    return unread_ + requeued_.size();
  }

  /// Returns how many of the messages put were never taken.
  [[nodiscard]] size_t unread() const noexcept {
    return unread_;
  }

  [[nodiscard]] size_t in_flight() const noexcept {
    return in_flight_;
  }

  [[nodiscard]] size_t deferred() const noexcept {
    return deferred_.size();
  }

  [[nodiscard]] const counters& totals() const noexcept {
    return totals_;
  }

  /// Returns when to call `expire` next, if ever.
  [[nodiscard]] std::optional<time_point> next_deadline() const;

private:
  struct open_block;

  enum class slot_state : uint8_t { unread, requeued, in_flight, gone };

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
    block_ptr body;
    std::unique_ptr<slot[]> slots;
    uint16_t next_unread = 0;
    uint16_t not_gone = 0;
    /// In `alone_`, not in `open_`.
    bool alone = false;
  };

  using open_blocks = std::map<uint64_t, open_block>;

  struct deferred_message {
    time_point due;
    /// Keeps messages with equal due times in the order they were deferred.
    uint64_t sequence;
    block_ptr body;
    uint16_t attempts;
  };

  open_block& open(open_blocks& where, block_ptr body, bool alone);
  slot* next_ready();
  void deliver(slot& x, const taker& to, time_point now, std::vector<run>& out);
  slot* find(uint64_t number);
  slot* find_in(open_blocks& where, uint64_t number);
  settled check(const slot* x, consumer_id by) const;
  void make_ready(slot& x);
  void land(slot& x);
  void gone(slot& x);
  void push_deferred(block_ptr body, uint16_t attempts, time_point due);

  /// Published, never delivered, in order; nothing of them is open yet.
  std::deque<block_ptr> unopened_;
  /// The one open block that still has unread messages.
  open_block* reading_ = nullptr;
  /// Unread messages, in `reading_` and `unopened_`.
  size_t unread_ = 0;
  /// Back from a consumer or from being deferred; first come, first served.
  std::deque<slot*> requeued_;
  /// Whether the next delivery looks at `requeued_` first.
  bool requeued_turn_ = false;

  /// By first number.
  open_blocks open_;
  /// Messages that were deferred, each on its own: their numbers lie inside
  /// blocks of `open_` that may still be there.
  open_blocks alone_;
  /// Where the last search ended: FINs mostly come in runs.
  open_block* last_found_ = nullptr;

  deadline_index deadlines_;
  size_t in_flight_ = 0;

  /// A heap, the earliest on top.
  std::vector<deferred_message> deferred_;
  uint64_t deferred_sequence_ = 0;

  counters totals_;
};

} // namespace cafq::queue
