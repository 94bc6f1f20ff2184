#pragma once

#include "actors/payloads.hpp"

#include <cstdint>
#include <vector>

namespace cafq {

/// What a topic and its channels told about themselves.
struct topic_report {
  actor_stat self;
  /// Sorted by name.
  std::vector<actor_stat> channels;
};

/// What was gathered about the node: what /stats, /metrics and /debug/actors
/// are made of.
struct node_report {
  /// False if none of the topics that were asked for exists.
  bool topic_found = true;
  /// Sorted by name.
  std::vector<topic_report> topics;
  /// NSQ clients.
  std::vector<actor_stat> connections;
  /// Node, listeners, HTTP clients.
  std::vector<actor_stat> others;

  /// Which percentiles of the time from publish to FIN to tell, descending.
  std::vector<double> quantiles;

  /// Unix times in nanoseconds.
  int64_t started = 0;
  int64_t now = 0;
};

} // namespace cafq
