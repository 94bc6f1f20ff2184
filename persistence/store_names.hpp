#pragma once

#include "persistence/message_store.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cafq {

/// The topics and channels of a store, and which queues are theirs. Changes are
/// staged there at once, each as one group.
class store_names {
public:
  /// Takes what the store has.
  explicit store_names(message_store& disk);

  // -- modifiers --------------------------------------------------------------

  /// Adds a topic, or starts anew one whose name is known.
  /// @param reserved See `topic_record`.
  /// @returns its queue.
  queue_id
  add_topic(const std::string& topic, uint64_t reserved, int64_t now_ns);

  /// Adds a channel.
  /// @param first Whether it gets the topic's queue, and the topic a new one.
  /// @returns nothing if there is no such topic.
  [[nodiscard]] std::optional<queue_ids>
  add_channel(const std::string& topic, const std::string& channel, bool first,
              int64_t now_ns);

  /// @returns whether there is such a topic.
  bool reserve(const std::string& topic, uint64_t mark);

  /// Erases a topic with its channels; their queues are dropped.
  /// @returns whether there was one.
  bool erase_topic(const std::string& topic);

  /// @returns whether there was one.
  bool erase_channel(const std::string& topic, const std::string& channel);

  // Of a topic if `channel` is empty, else of a channel of it.

  /// @returns whether there is such a name.
  bool pause(const std::string& topic, const std::string& channel, bool on);

  /// Drops the queue of a name.
  /// @returns the new one, nothing if there is no such name.
  std::optional<queue_id>
  empty(const std::string& topic, const std::string& channel);

  // -- observers --------------------------------------------------------------

  /// Returns the queue of a topic, nothing if there is none.
  [[nodiscard]] std::optional<queue_id>
  queue_of(const std::string& topic) const;

  /// Returns the queues of a topic's channels, by name.
  [[nodiscard]] std::map<std::string, queue_id, std::less<>>
  channels_of(const std::string& topic) const;

  /// Returns a topic with its channels and what is in their queues; without a
  /// name if there is none.
  [[nodiscard]] recovered_topic find(const std::string& topic) const;

  /// Returns all of them, by name.
  [[nodiscard]] std::vector<recovered_topic> all() const;

private:
  using channel_key = std::pair<std::string, std::string>;

  template <class F>
  bool change(const std::string& topic, const std::string& channel, F&& f);

  message_store& disk_;
  std::map<std::string, topic_record> topics_;
  std::map<channel_key, channel_record> channels_;
};

} // namespace cafq
