#pragma once

#include "actors/answer_promise.hpp"
#include "actors/append_ledger.hpp"
#include "actors/counting_actor.hpp"
#include "actors/interfaces.hpp"
#include "actors/node_settings.hpp"
#include "actors/publish_line.hpp"
#include "actors/queue/number_source.hpp"
#include "actors/queue_keeper.hpp"
#include "actors/topic_admission.hpp"
#include "actors/topic_life.hpp"
#include "actors/topic_members.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cafq {

struct channel_start;

/// The state of the TOPIC actor. Which publishes it takes is decided by
/// `topic_admission`, how long others wait by `publish_line`, what is on its
/// way through the store is in `append_ledger`.
/// @relates topic
struct topic_state {
  explicit topic_state(topic_actor::pointer ptr);

  // -- its life: topic.cpp ----------------------------------------------------

  /// Goes on with what the store found at the start.
  void resume(const recovered_topic& x);

  /// Goes on where the store's answer or new room allows.
  void go_on();

  /// Looks again at the publishes that wait.
  void tick();

  caf::result<atom::pause> pause(bool on);
  caf::result<atom::empty> empty();

  /// The store has given the emptied queue an id.
  void renamed(queue_id id);

  /// The store has brought bodies that were given up.
  void fetched(queue_id id, const bodies& x);

  /// Hands all messages in memory to the store.
  caf::result<atom::save> save();

  // -- what it takes: topic_publish.cpp ---------------------------------------

  /// Takes publishes, or lets them wait while there is no room.
  void put(const batch_ptr& x, const client_actor& from, ticket answer_to);

  // -- mode always: topic_appends.cpp -----------------------------------------

  /// The store has kept messages for the channels, or has not.
  void appended(const cafq::appended& x);

  // -- its channels: topic_channels.cpp ---------------------------------------

  /// Returns a channel, creating it if need be. The first one takes what the
  /// topic holds.
  caf::result<channel_actor> get_channel(const std::string& id);

  [[nodiscard]] caf::result<channel_actor>
  find_channel(const std::string& id) const;

  [[nodiscard]] std::vector<channel_actor> all_channels() const;

  /// Deletes a channel, if there is one.
  caf::result<atom::erase> erase_channel(const std::string& id);

  /// Deletes an ephemeral channel that is still the one of this name.
  void vacate(const channel_actor& which, const std::string& id);

  /// A channel has failed. With what the store has, all of the topic starts
  /// again; without, the channel is gone.
  void lose(uint64_t id);

  // -- what it tells: topic_stat.cpp ------------------------------------------

  [[nodiscard]] actor_stat stat() const;

  topic_actor::pointer self;
  node_actor node;
  store_actor store;
  std::string key;
  uint64_t parent = 0;
  topic_life_ptr life;
  bool ephemeral = false;
  node_settings settings;
  config::sync_mode mode = config::sync_mode::overflow;
  queue::number_source numbers{0};
  /// What is held while the topic is paused or without channels.
  queue_keeper held;
  topic_members channels;
  bool paused = false;
  /// Since when it is paused, or not.
  queue::time_point turned{};

  // Since the start, for the stats.
  uint64_t messages = 0;
  uint64_t bytes = 0;
  uint64_t dropped = 0;

  /// The name in log output.
  static inline const char* name = "topic";

private:
  using channel_promise = answer_promise<channel_actor>;

  // -- its life ---------------------------------------------------------------

  /// Whether messages stay in the topic, behind those that are here already.
  [[nodiscard]] bool holding() const {
    return paused || channels.empty() || held.queue().depth() > 0
           || held.queue().deferred() > 0;
  }

  [[nodiscard]] queue_keeper make_keeper(std::string label, queue_id id) const;
  /// Returns whose messages those of the topic are, for people; those of a
  /// channel if one is named.
  [[nodiscard]] std::string label(const std::string& channel = {}) const {
    return channel.empty() ? "topic " + key : "channel " + key + "/" + channel;
  }
  void fail();
  void save_if_asked();
  void save_channels(std::function<void()> done);
  void arm();

  // -- what it takes ----------------------------------------------------------

  /// @param coming Messages that are to be numbered.
  [[nodiscard]] topic_situation look(uint64_t coming = 0) const;
  /// Returns why new messages are refused at once, if they are.
  [[nodiscard]] std::optional<std::string>
  unwelcome(const topic_situation& seen) const;
  void accept(const batch_ptr& x, const client_actor& from, ticket answer_to);
  void wait(const batch_ptr& x, const client_actor& from, ticket answer_to);
  void admit_waiting();
  /// While the disk takes something, waiting for it is worth it.
  void look_at_disk(queue::time_point now);
  void give_up(publish_line::list which, queue::time_point now);
  void refuse(publish_line::list which, const std::string& why);
  void reserve_numbers();

  // -- mode always ------------------------------------------------------------

  void append(const batch_ptr& x, const client_actor& from, ticket answer_to);
  [[nodiscard]] append_ptr make_append(uint64_t id, const batch_ptr& x) const;
  void append_ended(const append_ledger::put& x, const std::string& failure);
  void hold_appended(const cafq::appended& x);
  void refuse_appending(const std::string& why);

  // -- what it hands on: topic_held.cpp ---------------------------------------

  void hand_out(const batch_ptr& x, const cafq::appended* stored = nullptr);
  void hold(const batch& x);
  void hand_out_held();
  void hand_on_held(const batch_ptr& x);

  // -- its channels -----------------------------------------------------------

  channel_actor add_channel(const std::string& id, channel_start start);
  void add_stored_channel(const std::string& id);
  void channel_stored(const std::string& id, queue_ids ids, bool first);
  void remove_channel(const std::string& id);
  /// Whether there may be no further channel.
  [[nodiscard]] bool full() const;
  /// Tells NODE that a channel came (true) or went.
  void announce(const std::string& id, bool exists);
  [[nodiscard]] std::vector<channel_promise>
  take_waiting(const std::string& id) {
    return std::move(adding_.extract(id).mapped());
  }

  // -- what it tells ----------------------------------------------------------

  /// Returns what it does, or what it waits for.
  [[nodiscard]] obstacle situation(queue::time_point now) const;
  void tell_ages(actor_stat& to, queue::time_point now) const;
  [[nodiscard]] std::optional<queue::duration>
  how_long(actor_state x, queue::time_point now) const;

  publish_line waiting_;
  /// Null without a store.
  std::shared_ptr<memory_ledger::writer> writer_;
  /// When something was last published.
  queue::time_point published_{};
  bool armed_ = false;
  /// What is on its way through the store.
  append_ledger appends_;
  uint64_t seen_commits_ = 0;
  /// Whether the store is giving the queue to the first channel.
  bool handing_over_ = false;
  /// What to do when the queue is saved, while that waits for its id.
  std::function<void()> saving_;
  /// Channels the store is adding, and who waits for them.
  std::map<std::string, std::vector<channel_promise>> adding_;
};

/// Numbers published messages and hands them to its channels.
/// @param store Invalid for a topic that lives in memory only.
topic_actor::behavior_type
topic(counting_pointer<topic_actor, topic_state> self,
      const recovered_topic& start, const node_actor& node,
      const store_actor& store, const node_settings& settings,
      const topic_life_ptr& life);

} // namespace cafq
