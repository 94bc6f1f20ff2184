#pragma once

#include "test/persistence/support.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace cafq::test {

/// What a message store should hold, in the simplest possible way.
struct model {
  struct block {
    std::vector<text> messages;
    block_progress progress;
  };

  struct queue {
    std::map<uint64_t, block> blocks;
    std::map<deferred_key, text> deferred;

    [[nodiscard]] queue_summary summary() const;
  };

  std::map<std::string, topic_record> topics;
  std::map<std::pair<std::string, std::string>, channel_record> channels;
  std::map<queue_id, queue> queues;

  /// Compares all there is.
  void check(message_store& store) const;

  /// Compares one read.
  static void check_blocks(const std::vector<stored_block>& found,
                           const std::vector<const block*>& expected);
};

} // namespace cafq::test
