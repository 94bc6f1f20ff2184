#pragma once

#include "actors/interfaces.hpp"
#include "actors/node_settings.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <map>
#include <string>

namespace cafq {

/// The state of the NODE actor.
/// @relates node
struct node_state {
  explicit node_state(node_actor::pointer ptr);

  /// Returns a topic, creating it if need be.
  topic_actor get_topic(const std::string& key);

  /// @returns whether there was such a topic.
  bool erase_topic(const std::string& key);

  /// Deletes an ephemeral topic that is still the one of this name.
  void vacate(const topic_actor& which, const std::string& key);

  [[nodiscard]] actor_stat stat() const;

  node_actor::pointer self;
  node_settings settings;
  std::map<std::string, topic_actor> topics;

  /// The name in log output.
  static inline const char* name = "node";
};

/// Knows the topics. Stops, with all topics and channels, on an exit message.
node_actor::behavior_type node(node_actor::stateful_pointer<node_state> self,
                               const node_settings& settings);

} // namespace cafq
