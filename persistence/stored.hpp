#pragma once

#include "actors/queue/store_orders.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// What a message store keeps.
namespace cafq {

/// Names a queue on disk. 0 is none; ids are never reused.
using queue_id = uint32_t;

using queue::block_progress;
using queue::deferred_key;
using queue::deferred_message;
using queue::stored_block;

struct topic_record {
  std::string name;
  queue_id queue = 0;
  bool paused = false;
  int64_t created_ns = 0;

  /// Numbers below this one may have been given to messages.
  uint64_t reserved = 0;

  bool operator==(const topic_record&) const = default;
};

struct channel_record {
  std::string topic;
  std::string name;
  queue_id queue = 0;
  bool paused = false;
  int64_t created_ns = 0;

  bool operator==(const channel_record&) const = default;
};

struct queue_summary {
  /// Unfinished ones in blocks.
  uint64_t messages = 0;

  uint64_t blocks = 0;

  /// The highest in any block, 0 without blocks.
  uint64_t last_number = 0;

  uint64_t deferred = 0;

  bool operator==(const queue_summary&) const = default;
};

/// The queues of a topic and of a channel it has got.
struct queue_ids {
  queue_id topic = 0;
  queue_id channel = 0;
};

/// A queue as the store has it when its owner starts.
struct recovered_queue {
  queue_id id = 0;
  queue_summary summary;
  bool paused = false;
};

/// A topic as the store has it when it starts.
struct recovered_topic {
  std::string name;
  recovered_queue queue;
  /// Numbers below this one may have been given to messages, unless the topic
  /// is new.
  uint64_t reserved = 0;
  bool fresh = false;
  std::vector<std::pair<std::string, recovered_queue>> channels;
};

} // namespace cafq
