#pragma once

#include "actors/queue/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace cafq {

/// The options that topics and channels go by, in their own types. Defaults
/// are nsqd's (nsqd/options.go) but for the memory limit.
struct node_settings {
  /// Ready messages a queue may hold in memory.
  size_t mem_queue_size = 10000;
  /// Bytes of all messages in memory, node-wide; 256 MiB.
  size_t memory_limit = size_t{256} << 20U;
  /// Consumers a channel may have; 0 = any number.
  size_t max_channel_consumers = 0;
  /// How far TOUCH may extend a delivery.
  queue::duration max_msg_timeout = std::chrono::minutes{15};
};

} // namespace cafq
