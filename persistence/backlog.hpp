#pragma once

#include "persistence/block_index.hpp"
#include "persistence/lmdb.hpp"
#include "persistence/stored.hpp"
#include "persistence/tables.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cafq {

/// What the store keeps in memory of one queue.
struct queue_state {
  block_index blocks{};
  uint64_t deferred = 0;
};

/// A queue without a name, whose rows are still there.
struct dropped_queue {
  queue_id queue = 0;
  block_index blocks{};

  /// Blocks before this one are deleted.
  size_t next = 0;

  /// Its rows must stay as long as a crash would bring its name back.
  bool durable = false;

  /// Nobody dropped it: maybe it never was, and damage made up its id.
  bool stray = false;
};

/// What is in the file, found out at the start from keys alone, but for the
/// small rows in `ack`.
struct backlog {
  std::unordered_map<queue_id, queue_state> queues;
  std::vector<dropped_queue> dropped;
  uint64_t next_block = 1;
  queue_id next_queue = 1;

  /// Keys of rows in `ack` that belong to no block or are damaged.
  std::vector<std::string> stray_acks;

  /// Rows set aside, and those damaged in place.
  uint64_t damaged = 0;

  /// Whether the keys of blocks ascend, as they do until one is damaged.
  bool in_order = true;
};

/// Where `meta` keeps the next queue id.
inline constexpr std::string_view next_queue_key = "next queue";

/// Returns a committed mark, 0 if there is none.
[[nodiscard]] uint64_t
find_mark(lmdb::txn& from, const tables& in, std::string_view name);

[[nodiscard]] backlog load_backlog(lmdb::txn& from, const tables& in);

} // namespace cafq
