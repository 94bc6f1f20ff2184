#pragma once

#include "actors/answer_promise.hpp"
#include "actors/channel_situation.hpp"
#include "actors/counting_actor.hpp"
#include "actors/interfaces.hpp"
#include "actors/node_settings.hpp"
#include "actors/queue/channel_queue.hpp"
#include "actors/queue/consumer_set.hpp"
#include "actors/queue/latency.hpp"
#include "actors/queue/next_tick.hpp"
#include "actors/queue_keeper.hpp"
#include "actors/room_report.hpp"
#include "actors/topic_life.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

namespace cafq {

/// What a channel starts with.
struct channel_start {
  std::string topic;
  std::string name;
  bool ephemeral = false;
  bool paused = false;
  /// The queue of the first channel was its topic's.
  queue_keeper queue;
  topic_life_ptr life;
};

/// The state of the CHANNEL actor: its queue, its consumers, and how one feeds
/// the other.
/// @relates channel
struct channel_state {
  explicit channel_state(channel_actor::pointer ptr);

  channel_state(const channel_state&) = delete;
  channel_state& operator=(const channel_state&) = delete;

  ~channel_state();

  // -- its life: channel.cpp --------------------------------------------------

  /// The store has given the emptied queue an id.
  void renamed(queue_id id);

  caf::result<atom::pause> pause(bool on);
  caf::result<atom::empty> empty();
  caf::result<atom::save> save();

  /// The topic has ended, and told nobody: hands all messages in memory to the
  /// store, and ends.
  void leave(const caf::error& why);

  /// The store has brought bodies that were given up.
  void fetched(queue_id id, const bodies& x);

  /// Gives up memory.
  void shed();

  /// A tick came: makes overdue messages ready again.
  void tick();

  // -- what it takes: channel_intake.cpp --------------------------------------

  /// Takes published messages. An ephemeral channel drops what is too much.
  void put(const batch_ptr& x);

  /// Takes messages that the store has in queue `id` already.
  void put_stored(const batch_ptr& x, queue_id id);

  // -- to whom it gives: channel_delivery.cpp ---------------------------------

  /// Adds a consumer, unless there are too many.
  caf::error subscribe(const client_actor& client, const subscription& how);

  /// Removes a consumer that is gone; its messages time out.
  void unsubscribe(consumer_id id);

  void set_ready_count(consumer_id id, size_t count);

  /// A consumer's socket took everything up to `bytes`.
  void sent(consumer_id id, uint64_t bytes);

  /// Hands ready messages to consumers with credit, tells the topic about the
  /// room this makes and arms the next tick.
  void pump();

  // -- what becomes of it: channel_settling.cpp -------------------------------

  void finish(consumer_id by, ticket answer_to, const numbers& which);
  void requeue(consumer_id by, ticket answer_to, const requeues& which);
  void touch(consumer_id by, ticket answer_to, const numbers& which);

  // -- what it tells: channel_stat.cpp ----------------------------------------

  /// Shows single messages to people.
  [[nodiscard]] peek_answer_ptr peek(const queue::peek_request& what);

  [[nodiscard]] actor_stat stat() const;

  [[nodiscard]] queue::channel_queue& queue() const {
    return keeper.queue();
  }

  channel_actor::pointer self;
  std::string topic_name;
  std::string key;
  bool ephemeral = false;
  topic_actor topic;
  uint64_t parent = 0;
  topic_life_ptr life;
  node_settings settings;
  queue_keeper keeper;
  queue::consumer_set consumers;
  /// Who consumes, and what people call them.
  std::unordered_map<consumer_id, std::pair<client_actor, std::string>> clients;
  bool paused = false;
  /// Since when it is paused, or not.
  queue::time_point turned{};
  /// Ready messages an ephemeral channel had no room for.
  uint64_t dropped = 0;
  /// Times from publish to FIN, if they are measured.
  std::unique_ptr<queue::latency_window> latency;

  /// The name in log output.
  static inline const char* name = "channel";

private:
  using oldest_flight = std::optional<queue::channel_queue::flight>;

  // -- its life ---------------------------------------------------------------

  void save_if_asked();

  // -- what it takes ----------------------------------------------------------

  void accept(const batch& x);
  void accept_stored(const batch& x, queue_id id);
  /// Whether an ephemeral channel has to drop what comes.
  [[nodiscard]] bool overfull() const;
  void report_room();

  // -- to whom it gives -------------------------------------------------------

  void give_out();
  void serve(queue::consumer& to, size_t max_messages);
  [[nodiscard]] bool may_give_out() const;
  [[nodiscard]] bool short_of_memory() const;
  /// Looks now and then how long a delivery took.
  void sample(const queue::run& first, queue::time_point now);
  void arm();

  // -- what becomes of it -----------------------------------------------------

  /// Gives a consumer back the credit of `count` messages.
  void settle(consumer_id by, size_t count, uint64_t queue::consumer::*counter);
  void answer(consumer_id by, ticket answer_to, failures_ptr failed);
  [[nodiscard]] queue::duration
  age(int64_t published_ns, queue::time_point now) const;

  // -- what it tells ----------------------------------------------------------

  [[nodiscard]] channel_situation situation(const oldest_flight& oldest) const;
  void tell_consumers(actor_stat& to) const;
  void tell_oldest(actor_stat& to, const oldest_flight& x,
                   queue::time_point now) const;
  [[nodiscard]] std::optional<queue::duration>
  how_long(actor_state x, const actor_stat& told, queue::time_point now) const;

  /// What the topic is told.
  room_report room_;
  /// What came while the queue had no id; 0 for what is not stored. Those in
  /// the queue that was emptied are not wanted.
  std::vector<std::pair<batch_ptr, queue_id>> undecided_;
  /// Waits for the id of the queue.
  answer_promise<atom::save> saving_;
  /// Why it ends when it has saved.
  caf::error leaving_;
  queue::next_tick tick_;
  queue::time_point sampled_{};
  /// When a consumer was last given something, and the last one went.
  queue::time_point served_{};
  queue::time_point deserted_{};
  std::minstd_rand sampling_{std::random_device{}()};
  /// Reused by `tick`.
  std::vector<consumer_id> timed_out_;
};

/// Delivers the messages of one channel to its consumers.
channel_actor::behavior_type
channel(counting_pointer<channel_actor, channel_state> self,
        channel_start start, const topic_actor& topic,
        const node_settings& settings);

} // namespace cafq
