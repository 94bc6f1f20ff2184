#pragma once

#include "actors/interfaces.hpp"
#include "actors/node_settings.hpp"
#include "actors/queue/number_source.hpp"
#include "actors/queue/topic_queue.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <deque>
#include <map>
#include <string>

namespace cafq {

/// The state of the TOPIC actor.
/// @relates topic
struct topic_state {
  explicit topic_state(topic_actor::pointer ptr);

  /// Takes publishes, or lets them wait while there is no room.
  void put(const batch_ptr& x, const client_actor& from, ticket answer_to);

  /// Returns a channel, creating it if need be. The first one takes what the
  /// topic holds.
  channel_actor get_channel(const std::string& key);

  /// @returns whether there was such a channel.
  bool erase_channel(const std::string& key);

  /// Deletes an ephemeral channel that is still the one of this name.
  void vacate(const channel_actor& which, const std::string& key);

  void pause(bool on);
  void empty();

  /// A channel has handed out `count` messages.
  void add_room(const std::string& key, uint64_t count);

  /// Looks again at the publishes that wait.
  void tick();

  [[nodiscard]] actor_stat stat() const;

  /// A channel, and how much of its memory is spoken for.
  struct member {
    channel_actor handle;
    bool ephemeral = false;
    /// Messages given to it that it has not reported as handed out.
    uint64_t outstanding = 0;
  };

  topic_actor::pointer self;
  node_actor node;
  std::string key;
  uint64_t parent = 0;
  bool ephemeral = false;
  node_settings settings;
  queue::number_source numbers{0};
  queue::topic_queue held;
  std::map<std::string, member> channels;
  bool paused = false;

  // Since the start, for the stats.
  uint64_t messages = 0;
  uint64_t bytes = 0;
  uint64_t dropped = 0;

  /// The name in log output.
  static inline const char* name = "topic";

private:
  /// A put that found no room.
  struct waiting_put {
    batch_ptr body;
    client_actor from;
    ticket answer_to;
  };

  /// Whether messages stay in the topic.
  [[nodiscard]] bool holding() const {
    return paused || channels.empty();
  }

  /// Returns why there is no room now, empty if there is.
  [[nodiscard]] std::string no_room() const;

  void accept(const batch_ptr& x, const client_actor& from, ticket answer_to);
  void hold(const batch& x);
  void hand_out(const batch_ptr& x);
  void hand_out_held();
  void admit_waiting();
  void refuse_waiting(const std::string& why);
  void arm();

  std::deque<waiting_put> waiting_;
  /// When a put was last taken, or the first began to wait.
  queue::time_point progress_{};
  bool armed_ = false;
};

/// Numbers published messages and hands them to its channels.
topic_actor::behavior_type
topic(topic_actor::stateful_pointer<topic_state> self, std::string key,
      const node_actor& node, const node_settings& settings);

} // namespace cafq
