#pragma once

#include "persistence/stored.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The keys of all tables. LMDB compares them as bytes, so integers are
/// big-endian. docs/STORAGE.md has the layout and what to do to change it.
namespace cafq {

/// Names a block on disk. All but `id` and `queue` saves reading the value.
struct log_key {
  uint64_t id = 0;
  queue_id queue = 0;
  uint32_t count = 0;
  uint64_t first = 0;

  /// Last number less the first.
  uint32_t span = 0;

  bool operator==(const log_key&) const = default;
};

[[nodiscard]] std::string encode(const log_key& x);

/// Ids of blocks count from 1, so there is none above.
inline constexpr uint64_t last_id = UINT64_MAX >> 1U;

/// @returns nothing if no block can have this key.
[[nodiscard]] std::optional<log_key> decode_log_key(std::string_view bytes);

struct ack_key {
  queue_id queue = 0;
  uint64_t id = 0;
};

[[nodiscard]] std::string encode(const ack_key& x);

[[nodiscard]] std::optional<ack_key> decode_ack_key(std::string_view bytes);

struct defer_key {
  queue_id queue = 0;
  deferred_key message;
};

[[nodiscard]] std::string encode(const defer_key& x);

[[nodiscard]] std::optional<defer_key> decode_defer_key(std::string_view bytes);

/// The start of all keys in `ack`, `defer` and `damaged` that belong to a
/// queue.
[[nodiscard]] std::string queue_prefix(queue_id queue);

/// Returns the queue that such a key belongs to, nothing for one that is too
/// short to tell.
[[nodiscard]] std::optional<queue_id> queue_of(std::string_view key);

/// Where a damaged row of the table `origin` ('L'og, 'D'efer) goes.
[[nodiscard]] std::string
damaged_key(queue_id queue, char origin, std::string_view key);

[[nodiscard]] std::string topic_key(std::string_view name);

[[nodiscard]] std::string
channel_key(std::string_view topic, std::string_view name);

/// Where `meta` counts the deferred messages of a queue.
[[nodiscard]] std::string deferred_count_key(queue_id queue);

/// Where `meta` has a mark.
[[nodiscard]] std::string mark_key(std::string_view name);

} // namespace cafq
