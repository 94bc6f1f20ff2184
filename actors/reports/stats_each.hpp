#pragma once

#include "actors/reports/stats.hpp"

namespace cafq {

/// Calls `f` for every actor of the report.
template <class F>
void for_each_actor(const node_report& x, F&& f) {
  for (const auto& actor : x.others)
    f(actor);
  for (const auto& topic : x.topics) {
    f(topic.self);
    for (const auto& channel : topic.channels)
      f(channel);
  }
  for (const auto& actor : x.connections)
    f(actor);
}

} // namespace cafq
