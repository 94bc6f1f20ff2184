#pragma once

#include "actors/body_budget.hpp"
#include "actors/health.hpp"
#include "actors/interfaces.hpp"
#include "actors/memory_ledger.hpp"
#include "actors/queue/time.hpp"
#include "config/sync_policy.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace cafq {

/// How many messages may be on their way from a topic to where they stay, in a
/// channel's memory or in the store.
inline constexpr uint64_t transit_window = 8192;

/// The options that topics and channels go by, in their own types. Defaults
/// are nsqd's (nsqd/options.go) but for the memory limit.
struct node_settings {
  /// Ready messages a queue may hold in memory.
  size_t mem_queue_size = 10000;
  /// Bytes of all messages in memory, node-wide, those on their way included;
  /// 256 MiB. Queues spill at three quarters of it; publishes wait at all of
  /// it. See body_budget for what has not arrived whole.
  size_t memory_limit = size_t{256} << 20U;
  /// Topics there may be before a new one is refused, and channels of a topic;
  /// 0 = any number.
  size_t max_topics = 0;
  size_t max_channels_per_topic = 0;
  /// Consumers a channel may have; 0 = any number.
  size_t max_channel_consumers = 0;
  /// The time that percentiles of the time from publish to FIN cover; 0 = there
  /// are none.
  queue::duration latency_window{};
  /// How far TOUCH may extend a delivery.
  queue::duration max_msg_timeout = std::chrono::minutes{15};
  /// When messages of which topic reach the disk.
  std::shared_ptr<const config::sync_policy> sync
    = std::make_shared<config::sync_policy>(config::sync_mode::overflow);
  /// In mode `interval`: how old a message gets that is in memory only. In all
  /// modes: how long a block may stay unfilled, and progress unreported.
  queue::duration sync_interval = std::chrono::milliseconds{100};
  /// Which queues hold the messages in memory.
  std::shared_ptr<memory_ledger> memory = std::make_shared<memory_ledger>();
  /// Whether the disk takes new messages.
  std::shared_ptr<const store_health> health
    = std::make_shared<const store_health>();
  /// What to add to the time since the epoch of the actors' clock to get the
  /// time since the Unix epoch, now: somebody may set the wall clock.
  queue::duration (*unix_offset)() = [] {
    return queue::duration{};
  };
  /// Who is told of topics and channels, and knows those of other nodes.
  /// Invalid if there is nobody.
  discovery_actor discovery;

  /// Returns how many messages a topic may have on their way.
  /// @param stored Whether there is a store behind the memory.
  [[nodiscard]] uint64_t in_transit(bool stored) const noexcept {
    return stored ? transit_window : std::max<uint64_t>(mem_queue_size, 1);
  }

  /// Whether the node has memory to spare for messages of queues that could do
  /// without.
  [[nodiscard]] bool memory_to_spare() const noexcept {
    return message_memory() < memory_limit / 4 * 3;
  }

  /// Returns how many bytes of publishes may wait for room, node-wide: what all
  /// clients together may have under way, and some for those that have gone.
  [[nodiscard]] size_t waiting_share() const noexcept {
    return memory_limit / 2 + (size_t{8} << 20U);
  }

  /// Returns how many bytes it may take to know who has which message before
  /// consumers are given no more.
  [[nodiscard]] size_t in_flight_share() const noexcept {
    return memory_limit / 4;
  }

  /// Returns how many bytes of messages that cannot be stored may be in memory.
  [[nodiscard]] size_t unstorable_share() const noexcept {
    return memory_limit / 4;
  }
};

} // namespace cafq
