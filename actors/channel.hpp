#pragma once

#include "actors/answer_promise.hpp"
#include "actors/channel_situation.hpp"
#include "actors/counting_actor.hpp"
#include "actors/interfaces.hpp"
#include "actors/node_settings.hpp"
#include "actors/queue/channel_queue.hpp"
#include "actors/queue/consumer_set.hpp"
#include "actors/queue/latency.hpp"
#include "actors/queue_keeper.hpp"
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

  /// Takes published messages. An ephemeral channel drops what is too much.
  void put(const batch_ptr& x);

  /// Takes messages that the store has in queue `id` already.
  void put_stored(const batch_ptr& x, queue_id id);

  /// The store has given the emptied queue an id.
  void renamed(queue_id id);

  /// Adds a consumer, unless there are too many.
  caf::error subscribe(const client_actor& client, const subscription& how);

  /// Removes a consumer that is gone; its messages time out.
  void unsubscribe(consumer_id id);

  void set_ready_count(consumer_id id, size_t count);
  void finish(consumer_id by, ticket answer_to, const numbers& which);
  void requeue(consumer_id by, ticket answer_to, const requeues& which);
  void touch(consumer_id by, ticket answer_to, const numbers& which);

  /// A consumer's socket took everything up to `bytes`.
  void sent(consumer_id id, uint64_t bytes);

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

  /// Hands ready messages to consumers with credit, tells the topic about the
  /// room this makes and arms the next tick.
  void pump();

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
  // -- channel_stat.cpp -------------------------------------------------------

  using oldest_flight = std::optional<queue::channel_queue::flight>;

  [[nodiscard]] channel_situation situation(const oldest_flight& oldest) const;
  void tell_consumers(actor_stat& to) const;
  void tell_oldest(actor_stat& to, const oldest_flight& x,
                   queue::time_point now) const;
  [[nodiscard]] std::optional<queue::duration>
  how_long(actor_state x, const actor_stat& told, queue::time_point now) const;

  // -- channel.cpp ------------------------------------------------------------

  void serve(queue::consumer& to, size_t max_messages);
  [[nodiscard]] bool may_give_out() const;
  [[nodiscard]] bool short_of_memory() const;
  /// Looks now and then how long a delivery took.
  void sample(const queue::run& first, queue::time_point now);
  /// Adds a failure to the list, which exists from the first one on.
  static void note(failures_ptr& failed, settling command, uint64_t number,
                   queue::settled why);
  /// Gives a consumer back the credit of `count` messages.
  void settle(consumer_id by, size_t count, uint64_t queue::consumer::*counter);
  [[nodiscard]] queue::duration
  age(int64_t published_ns, queue::time_point now) const;
  void answer(consumer_id by, ticket answer_to, failures_ptr failed);
  void report_room();
  void accept(const batch& x);
  void save_if_asked();
  /// Whether an ephemeral channel has to drop what comes.
  [[nodiscard]] bool overfull() const;
  void accept_stored(const batch& x, queue_id id);
  void arm();

  /// Messages put; the topic was told that `reported_` of them found their
  /// place.
  uint64_t put_ = 0;
  uint64_t reported_ = 0;
  /// Whether the topic was told that more has to go to disk.
  bool told_full_ = false;
  /// What came while the queue had no id; 0 for what is not stored. Those in
  /// the queue that was emptied are not wanted.
  std::vector<std::pair<batch_ptr, queue_id>> undecided_;
  /// Waits for the id of the queue.
  answer_promise<atom::save> saving_;
  /// Why it ends when it has saved.
  caf::error leaving_;
  std::optional<queue::time_point> armed_;
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
