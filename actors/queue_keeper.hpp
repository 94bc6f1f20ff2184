#pragma once

#include "actors/interfaces.hpp"
#include "actors/memory_ledger.hpp"
#include "actors/node_settings.hpp"
#include "actors/queue/channel_queue.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

namespace cafq {

/// How a queue is kept.
struct keeping {
  /// Invalid: everything stays in memory.
  store_actor store;
  /// Whether the store gets what is not finished within two flushes, as in
  /// mode `interval`.
  bool copies = false;
  /// How long a block may stay unfilled, and progress unreported.
  queue::duration flush_interval = std::chrono::milliseconds{100};
  /// Whose messages these are, for people.
  std::string label;
  /// Null: nobody counts.
  std::shared_ptr<memory_ledger> memory;
  /// Whose part of what goes to the store this is. Null without `memory`.
  std::shared_ptr<memory_ledger::writer> writer;
  size_t memory_limit = std::numeric_limits<size_t>::max();
  /// See `node_settings`. Null: the wall clock is never set.
  queue::duration (*unix_offset)() = nullptr;
};

/// A queue together with its place in the store: what a CHANNEL and a TOPIC do
/// alike to carry orders there and blocks back.
///
///                 +--clear--> awaiting_id --renamed--+
///                 |               | ^                |
///   memory_only  stored <---------|-|----------------+
///                 |               | +-clear-- (again)
///                 +---save---> saved
///
/// Those that take an actor are called by the queue's owner, with itself.
class queue_keeper {
public:
  /// Where messages go that do not stay in memory.
  enum class place : uint8_t {
    /// There is no store.
    memory_only,
    /// The queue was cleared, and the store has yet to say under which id it
    /// goes on: orders wait.
    awaiting_id,
    /// The queue has an id in the store.
    stored,
    /// The store was given all. What happens here afterwards does not reach it.
    saved,
  };

  /// What to read back from the store.
  enum class reading : uint8_t {
    /// Only deferred messages that are due soon.
    due,
    /// Blocks as well: somebody takes messages.
    blocks,
    /// Everything: the queue is being emptied into others.
    all,
  };

  /// Keeps nothing.
  queue_keeper() = default;

  /// @param memory See `channel_queue`.
  /// @param id Its name in the store.
  /// @pre `id` is 0 if and only if there is no store.
  queue_keeper(keeping how, size_t memory, queue_id id);

  // -- for the owner ----------------------------------------------------------

  /// Sends what is due to the store and asks it for what is wanted.
  void talk(caf::local_actor* self, reading what);

  /// Gives up what the store may have instead: the node needs the memory.
  void shed(caf::local_actor* self);

  /// To be called before something is deferred.
  void look_at_clock();

  /// Messages come that were taken then.
  void came(queue::time_point taken) noexcept;

  /// Sends all orders there are.
  void send_orders(caf::local_actor* self);

  /// Hands everything in memory to the store: the node stops.
  /// @returns whether it did. If not, the store has yet to give the cleared
  ///          queue an id, or to answer: to be called again then.
  [[nodiscard]] bool save(caf::local_actor* self);

  /// Discards all messages. The queue goes on under a new id, see `renamed`.
  void clear();

  /// The queue goes on under this id, with another owner: the answers of the
  /// store to this one are not for it.
  /// @param label Whose messages these are, for people.
  void change_owner(queue_id id, std::string label);

  /// Looks at single messages for people. What the store is asked for then, it
  /// was given.
  [[nodiscard]] peek_answer
  peek(caf::local_actor* self, const queue::peek_request& what);

  // -- answers of the store ---------------------------------------------------

  /// The store has given the cleared queue an id. If it was cleared again
  /// meanwhile, there is another to come, and this one is dropped.
  void renamed(queue_id x);

  void kept(queue_id which, uint64_t messages);
  void loaded(queue_id which, const blocks& x);
  void loaded(queue_id which, const due_messages& x);
  void fetched(queue_id which, const bodies& x);

  // -- observers --------------------------------------------------------------

  [[nodiscard]] queue::channel_queue& queue() const noexcept {
    return *queue_;
  }

  [[nodiscard]] const store_actor& store() const noexcept {
    return how_.store;
  }

  [[nodiscard]] place where() const noexcept {
    return place_;
  }

  /// Whether this is the queue's name in the store.
  [[nodiscard]] bool is(queue_id x) const noexcept {
    return place_ == place::stored && id_ == x;
  }

  /// Returns its name in the store, 0 if it has none.
  [[nodiscard]] queue_id id() const noexcept {
    return id_;
  }

  /// Whether messages may stay in memory beyond what is promised. Without a
  /// store there is no other place.
  [[nodiscard]] bool may_hold(const node_settings& settings) const;

  /// Whether the queue holds as much as it may of what cannot be stored.
  /// @param share Bytes for all such queues together.
  [[nodiscard]] bool over_share(size_t share) const noexcept;

  /// Whether consumers may be given more: to know who has what takes memory.
  /// @param share Bytes for that, of all queues together.
  [[nodiscard]] bool may_give_out(size_t share) const noexcept;

  /// Messages came, or went: they take more memory beside their bodies, or
  /// less.
  void count_bookkeeping();

  /// Returns how many messages have not found their place.
  [[nodiscard]] uint64_t unplaced() const noexcept;

  /// Whether a flush is due at some time.
  [[nodiscard]] const std::optional<queue::time_point>&
  flush_at() const noexcept {
    return flush_at_;
  }

  /// Returns when to call `expire` or `talk` next, if ever.
  [[nodiscard]] std::optional<queue::time_point> next_deadline() const;

  /// Whether the place, the id and what is under way fit each other.
  [[nodiscard]] bool invariant() const;

private:
  /// How old a message may get in memory only.
  [[nodiscard]] queue::duration promise() const noexcept {
    return 2 * how_.flush_interval;
  }

  void flush_now(queue::time_point now);
  void keep_copies(queue::time_point now);
  void plan_flush(queue::time_point now);
  void ask(caf::local_actor* self, reading what, queue::time_point now);
  void report_memory(caf::local_actor* self, queue::time_point now);
  void send_orders(caf::local_actor* self, bool all);
  [[nodiscard]] std::shared_ptr<const void>
  claim_for(memory_ledger::claim::kind what, size_t bytes) const;

  keeping how_;
  std::shared_ptr<queue::channel_queue> queue_;
  place place_ = place::memory_only;
  queue_id id_ = 0;
  /// How often the queue was cleared and has not got its new id.
  uint32_t clears_ = 0;
  /// Messages on their way to the store, deferred ones included, that are
  /// neither in memory within the bounds nor on disk.
  uint64_t in_transit_ = 0;
  std::optional<queue::time_point> flush_at_;
  /// Null while there is little to account for.
  std::shared_ptr<memory_ledger::account> account_;
  std::unique_ptr<memory_ledger::bookkeeping> bookkeeping_;
  /// Memory for what the store was asked for.
  std::shared_ptr<const void> loading_;
  std::shared_ptr<const void> loading_due_;
  std::shared_ptr<const void> fetching_;

  // Since when the oldest messages wait: those the store was not given, of them
  // those that `keep_copies` has seen and those that came later, and those that
  // are being handed over.

  std::optional<queue::time_point> seen_since_;
  std::optional<queue::time_point> new_since_;
  std::optional<queue::time_point> handed_since_;
};

} // namespace cafq
