#pragma once

#include "actors/interfaces.hpp"
#include "actors/memory_ledger.hpp"
#include "actors/node_settings.hpp"
#include "actors/queue/channel_queue.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace cafq {

/// How many messages may be on their way from a topic to where they stay, in a
/// channel's memory or in the store.
inline constexpr uint64_t transit_window = 8192;

/// A queue together with its place in the store: what a CHANNEL and a TOPIC do
/// alike to carry orders there and blocks back. A queue without a store keeps
/// everything in memory.
struct queue_keeper {
  std::shared_ptr<queue::channel_queue> queue;
  store_actor store;
  /// Whether the store gets what is not finished within two flushes, as in
  /// mode `interval`.
  bool copies = false;
  /// How long a block may stay unfilled, and progress unreported.
  queue::duration flush_interval = std::chrono::milliseconds{100};
  /// 0 while the store has not given one, orders wait, and once all is saved.
  queue_id id = 0;
  /// Messages on their way to the store, deferred ones included, that are
  /// neither in memory within the bounds nor on disk.
  uint64_t in_transit = 0;
  /// How often the queue was cleared and has not got its new id.
  uint32_t clears = 0;
  std::optional<queue::time_point> flush_at;
  /// For people: whose messages these are.
  std::string label;
  std::shared_ptr<memory_ledger> memory;
  size_t memory_limit = std::numeric_limits<size_t>::max();
  /// Null while there is little to account for. Belongs to the actor that
  /// talks.
  std::shared_ptr<memory_ledger::account> account;
  /// What the store was asked for.
  std::shared_ptr<const void> loading;
  std::shared_ptr<const void> fetching;
  /// See `node_settings`.
  queue::duration (*unix_offset)() = nullptr;
  /// Since when the oldest messages wait that the store was not given: those
  /// that `keep_copies` has seen, and those that came later.
  std::optional<queue::time_point> seen_since;
  std::optional<queue::time_point> new_since;

  /// What to read back from the store.
  enum class reading : uint8_t {
    /// Only deferred messages that are due soon.
    due,
    /// Blocks as well: somebody takes messages.
    blocks,
    /// Everything: the queue is being emptied into others.
    all,
  };

  /// Sends what is due to the store and asks it for what is wanted.
  template <class Self>
  void talk(Self* self, reading what) {
    const auto now = self->clock().now();
    report_memory(self, now);
    if (!store || id == 0)
      return;
    if (queue->deferred() > 0)
      look_at_clock();
    const auto flush = flush_at && *flush_at <= now;
    if (flush) {
      flush_at.reset();
      queue->flush();
      if (copies)
        keep_copies(now);
    }
    send_orders(self, flush);
    handed_since_.reset();
    if (!queue->has_unkept()) {
      seen_since.reset();
      new_since.reset();
    }
    if (!flush_at
        && (queue->wants_flush() || !queue->orders().empty()
            || (copies && queue->has_unkept())))
      flush_at = now + flush_interval;
    ask(self, what, now);
  }

  /// Gives up what the store may have instead: the node needs the memory.
  template <class Self>
  void shed(Self* self) {
    const auto now = self->clock().now();
    if (store && id != 0) {
      look_at_clock();
      queue->shed(now);
      send_orders(self, true);
    }
    if (account)
      account->gave_up(queue->bytes(), now);
  }

  /// To be called before something is deferred.
  void look_at_clock() {
    if (store && unix_offset)
      queue->set_clock(unix_offset());
  }

  /// Messages come that were taken then.
  void came(queue::time_point taken) {
    if (copies && !new_since)
      new_since = taken;
  }

  /// Sends all orders there are.
  template <class Self>
  void send_orders(Self* self) {
    if (store && id != 0)
      send_orders(self, true);
  }

  /// Hands everything in memory to the store: the node stops. What happens here
  /// afterwards must not reach it: blocks were packed anew, and the open ones,
  /// written by a late tick, would replace those.
  /// @returns whether it did. If not, the store has yet to give the cleared
  ///          queue an id, or to answer: to be called again then.
  template <class Self>
  [[nodiscard]] bool save(Self* self) {
    if (!store)
      return true;
    if (id == 0)
      return clears == 0;
    if (!queue->can_save())
      return false;
    look_at_clock();
    queue->save();
    send_orders(self, true);
    id = 0;
    flush_at.reset();
    return true;
  }

  /// Discards all messages. The queue goes on under a new id, see `renamed`.
  void clear() {
    ++clears;
    queue->clear();
    id = 0;
    in_transit = 0;
    flush_at.reset();
    seen_since.reset();
    new_since.reset();
  }

  /// Whether messages may stay in memory beyond what is promised. Without a
  /// store there is no other place.
  [[nodiscard]] bool may_hold(const node_settings& settings) const {
    return !store || settings.memory_to_spare();
  }

  /// Returns how many messages have not found their place.
  [[nodiscard]] uint64_t unplaced() const {
    if (!store)
      return queue->unread();
    return in_transit + (id == 0 ? queue->orders().unplaced : 0);
  }

  // -- answers of the store ---------------------------------------------------

  /// The store has given the cleared queue an id. If it was cleared again
  /// meanwhile, there is another to come, and this one is dropped.
  void renamed(queue_id x) {
    if (--clears == 0)
      id = x;
  }

  void kept(queue_id which, uint64_t messages) {
    if (which == id)
      in_transit -= std::min(in_transit, messages);
  }

  void loaded(queue_id which, const blocks& x) {
    loading.reset();
    if (which == id)
      queue->loaded(x.list);
  }

  void loaded(queue_id which, const due_messages& x) {
    if (which == id)
      queue->loaded(x.rows);
  }

  void fetched(queue_id which, const bodies& x) {
    fetching.reset();
    if (which == id)
      queue->fetched(x.list);
  }

  /// Returns when to call `expire` or `talk` next, if ever.
  [[nodiscard]] std::optional<queue::time_point> next_deadline() const {
    auto result = queue->next_deadline();
    if (flush_at && (!result || *flush_at < *result))
      result = flush_at;
    return result;
  }

private:
  /// How old a message may get in memory only.
  [[nodiscard]] queue::duration promise() const {
    return 2 * flush_interval;
  }

  /// Hands over what was here at the last tick, and all if that would make a
  /// message older than promised: the tick, or the message, came late.
  void keep_copies(queue::time_point now) {
    queue->keep_copies(now);
    handed_since_ = std::exchange(seen_since, std::exchange(new_since, {}));
    if (!seen_since || now - *seen_since < promise())
      return;
    queue->keep_copies(now);
    if (!handed_since_)
      handed_since_ = seen_since;
    seen_since.reset();
  }

  /// The same for what is being handed over.
  std::optional<queue::time_point> handed_since_;

  /// Finished blocks and deferred messages that are worth a message of their
  /// own, and a commit.
  static constexpr size_t many_done = 64;

  /// Bytes to ask the store for at a time, however many there are to spare.
  static constexpr size_t most_read = size_t{4} << 20U;

  /// What is not worth an account.
  static constexpr size_t little = 4096;

  /// Asks the store for what is wanted.
  template <class Self>
  void ask(Self* self, reading what, queue::time_point now) {
    const auto spare = std::min(memory ? memory->spare(memory_limit) : SIZE_MAX,
                                most_read);
    const auto taking = what != reading::due;
    const auto send = [&](auto kind, auto&& x) {
      if (!x)
        return;
      // It may be among what the store has yet to be told of.
      send_orders(self, true);
      self->send(store, kind, id, std::move(*x), owner_actor{self});
    };
    if (taking)
      if (auto x = queue->wanted_blocks(spare)) {
        loading = claim_for(memory_ledger::claim::kind::reading, spare);
        send(atom::load_v, x);
      }
    send(atom::due_v, queue->wanted_deferred(now, what == reading::all,
                                             spare > queue::block::max_bytes));
    if (auto x = queue->wanted_bodies(taking, spare)) {
      fetching = claim_for(memory_ledger::claim::kind::reading, spare);
      send(atom::fetch_v, x);
    }
  }

  [[nodiscard]] std::shared_ptr<const void>
  claim_for(memory_ledger::claim::kind what, size_t bytes) const {
    if (!memory || bytes == 0)
      return nullptr;
    return std::make_shared<memory_ledger::claim>(memory, what, bytes);
  }

  [[nodiscard]] static size_t bytes_to_write(const queue::store_orders& x) {
    size_t result = 0;
    for (const auto& y : x.keep)
      result += y.body->bytes();
    for (const auto& y : x.defer)
      result += y.body->bytes();
    return result;
  }

  template <class Self>
  void report_memory(Self* self, queue::time_point now) {
    const auto bytes = queue->bytes();
    if (memory && !account && (store ? bytes >= little : bytes > 0))
      account = std::make_shared<memory_ledger::account>(
        memory, label, store ? storable::yes : storable::no,
        [who = caf::weak_actor_ptr{self->ctrl()}] {
          if (const auto x = caf::actor_cast<caf::strong_actor_ptr>(who))
            caf::anon_send(caf::actor_cast<owner_actor>(x), atom::shed_v);
        });
    if (account)
      account->holds(bytes, now);
    if (memory)
      memory->relieve(memory_limit, now);
  }

  template <class Self>
  void send_orders(Self* self, bool all) {
    const auto& x = queue->orders();
    const auto urgent = !x.keep.empty() || !x.defer.empty()
                        || !x.progress.empty()
                        || x.done.size() + x.undefer.size() >= many_done;
    if (x.empty() || !(all || urgent))
      return;
    orders_ptr message{new orders};
    message->list = queue->take_orders();
    message->writing = claim_for(memory_ledger::claim::kind::writing,
                                 bytes_to_write(message->list));
    if (handed_since_
        && !(message->list.keep.empty() && message->list.defer.empty())) {
      message->since = *handed_since_;
      message->promise = promise();
    }
    in_transit += message->list.unplaced;
    self->send(store, atom::keep_v, id, std::move(message), owner_actor{self});
  }
};

} // namespace cafq
