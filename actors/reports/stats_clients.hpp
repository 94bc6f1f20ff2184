#pragma once

#include "actors/reports/stats.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace cafq {

/// Joins what channels know about their consumers with what the connections
/// know about their clients.
class client_index {
public:
  explicit client_index(const node_report& x) {
    for (const auto& connection : x.connections)
      if (connection.client)
        clients_.emplace(connection.id, connection.client.get());
    for (const auto& topic : x.topics)
      for (const auto& channel : topic.channels)
        for (const auto& consumer : channel.consumers)
          consumers_.emplace(consumer.id, consumer);
  }

  /// @returns null if the client has gone meanwhile, or nobody asked.
  [[nodiscard]] const client_stat* find(uint64_t id) const {
    const auto i = clients_.find(id);
    return i != clients_.end() ? i->second : nullptr;
  }

  /// Returns what a channel says about a client, zeros if it has none.
  [[nodiscard]] consumer_stat consumer(uint64_t id) const {
    const auto i = consumers_.find(id);
    return i != consumers_.end() ? i->second : consumer_stat{};
  }

private:
  std::unordered_map<uint64_t, const client_stat*> clients_;
  std::unordered_map<uint64_t, consumer_stat> consumers_;
};

/// Returns what nsqd tells of a client's publishes: one topic at most, the one
/// that was asked for if any.
[[nodiscard]] inline const std::pair<std::string, uint64_t>*
published_to(const client_stat& x, std::string_view topic) {
  for (const auto& item : x.published)
    if (topic.empty() || item.first == topic)
      return &item;
  return nullptr;
}

} // namespace cafq
