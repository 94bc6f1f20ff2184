#include "actors/queue_storage.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

namespace cafq {

namespace {

/// Body bytes after which an answer to a read is long enough.
constexpr size_t read_bytes = size_t{4} << 20U;

/// Blocks to read at a time, before looking at what they hold.
constexpr size_t blocks_at_a_time = 8;

/// The same for deferred messages, which may be large as well.
constexpr size_t rows_at_a_time = 16;

} // namespace

void carry_out(message_store& disk, queue_id id, queue::store_orders x) {
  disk.begin_group();
  for (auto& block : x.keep)
    disk.keep(id, std::move(block));
  for (const auto& row : x.defer)
    disk.defer(id, row);
  for (const auto& [first, progress] : x.progress)
    disk.progress(id, first, progress);
  for (const auto& key : x.undefer)
    disk.undefer(id, key);
  const auto finish_blocks = [&] {
    for (auto first : x.done)
      disk.done(id, first);
  };
  // The last message of a block may have become a row.
  const auto moved = !x.defer.empty();
  if (moved)
    finish_blocks();
  disk.end_group();
  // Outside of the group: what was never written need not be.
  if (!moved)
    finish_blocks();
}

std::vector<queue::stored_block>
read_blocks(message_store& disk, queue_id id, const queue::read_request& x) {
  std::vector<queue::stored_block> result;
  size_t messages = 0;
  size_t bytes = 0;
  auto after = x.after;
  while (messages < x.max_messages && bytes < read_bytes) {
    auto part = disk.read_after(id, after, blocks_at_a_time);
    if (part.empty())
      break;
    for (auto& block : part) {
      if (block.body->first_number() > x.up_to)
        return result;
      after = block.body->first_number();
      messages += block.unfinished();
      bytes += block.body->bytes();
      result.push_back(std::move(block));
    }
  }
  return result;
}

queue::due_rows
read_due(message_store& disk, queue_id id, const queue::due_request& x) {
  std::optional<queue::deferred_key> after;
  if (x.after != queue::deferred_key{})
    after = x.after;
  queue::due_rows result;
  size_t bytes = 0;
  auto& rows = result.rows;
  while (rows.size() < x.max_messages && bytes < x.max_bytes) {
    const auto wanted = std::min(rows_at_a_time, x.max_messages - rows.size());
    auto part = disk.due(id, x.until_ns, wanted, after);
    const auto last = part.size() < wanted;
    for (auto& row : part) {
      if (bytes >= x.max_bytes)
        break;
      bytes += row.body->bytes();
      rows.push_back(std::move(row));
    }
    if (!rows.empty())
      after = rows.back().key();
    if (last)
      break;
  }
  const auto next = disk.due(id, std::numeric_limits<int64_t>::max(), 1, after);
  if (!next.empty())
    result.next_ns = next.front().due_ns;
  return result;
}

} // namespace cafq
