#pragma once

#include "actors/counting_actor.hpp"
#include "actors/interfaces.hpp"
#include "actors/queue/time.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <string>

namespace cafq {

/// @relates failed_topic
struct failed_topic_state {
  queue::time_point since{};

  /// The name in log output.
  static inline const char* name = "topic";
};

/// Stands for a topic that has failed again and again: refuses all there is to
/// do, and says why.
topic_actor::behavior_type
failed_topic(counting_pointer<topic_actor, failed_topic_state> self,
             const std::string& key, uint64_t parent);

} // namespace cafq
