#pragma once

#include "actors/queue/block.hpp"

#include <bitset>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// What a message store keeps.
namespace cafq {

/// Names a queue on disk. 0 is none; ids are never reused.
using queue_id = uint32_t;

/// What became of the messages of one stored block.
struct block_progress {
  /// By index in the block.
  std::bitset<queue::block::max_messages> finished;

  /// Index and attempts of those delivered and not finished. They replace the
  /// attempts in the block.
  std::vector<std::pair<uint16_t, uint16_t>> attempts;

  [[nodiscard]] bool empty() const noexcept {
    return finished.none() && attempts.empty();
  }

  bool operator==(const block_progress&) const = default;
};

struct stored_block {
  queue::block_ptr body;
  block_progress progress;
};

/// A message that waits for its time.
struct deferred_message {
  /// In ns since the Unix epoch.
  int64_t due_ns = 0;

  /// Holds this one message; its attempts are in there.
  queue::block_ptr body;
};

/// Deferred messages of a queue are told apart, and ordered, by these.
struct deferred_key {
  int64_t due_ns = 0;
  uint64_t number = 0;

  auto operator<=>(const deferred_key&) const = default;
};

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

} // namespace cafq
