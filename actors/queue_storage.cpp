#include "actors/queue_storage.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

namespace cafq {

namespace {

/// Blocks to read at a time, before looking at what they hold; and where so few
/// bytes are wanted that the first may be enough.
constexpr size_t blocks_at_a_time = 8;
constexpr size_t few_bytes = size_t{64} << 10U;

/// The same for deferred messages, which may be large as well.
constexpr size_t rows_at_a_time = 16;

/// Bytes that one look reads, and one more message.
constexpr size_t most_looked_at = size_t{4} << 20U;

/// Returns whether a message may have been in a block of the store before it
/// was deferred.
bool moved(const queue::deferred_message& x) {
  return x.body->attempts(0) > 0;
}

} // namespace

/// A message that moves between a block and a row has both sides written in one
/// transaction. What has no part in that may go into several: all of it may be
/// more than the disk has room for.
void carry_out(message_store& disk, queue_id id, queue::store_orders x) {
  const auto first_moved
    = std::stable_partition(x.defer.begin(), x.defer.end(),
                            [](const auto& row) { return !moved(row); });
  std::for_each(x.defer.begin(), first_moved,
                [&](const auto& row) { disk.defer(id, row); });
  const auto to_rows = first_moved != x.defer.end();
  std::vector<uint64_t> from_rows;
  for (const auto& key : x.undefer)
    from_rows.push_back(key.number);
  std::sort(from_rows.begin(), from_rows.end());
  const auto alone = [&](const queue::stored_block& block) {
    const auto i = std::lower_bound(from_rows.begin(), from_rows.end(),
                                    block.body->first_number());
    return !to_rows && (i == from_rows.end() || *i > block.body->last_number());
  };
  const auto first_together = std::stable_partition(x.keep.begin(),
                                                    x.keep.end(), alone);
  std::for_each(x.keep.begin(), first_together,
                [&](auto& block) { disk.keep(id, std::move(block)); });
  disk.begin_group();
  std::for_each(first_together, x.keep.end(),
                [&](auto& block) { disk.keep(id, std::move(block)); });
  std::for_each(first_moved, x.defer.end(),
                [&](const auto& row) { disk.defer(id, row); });
  for (const auto& [first, progress] : x.progress)
    disk.progress(id, first, progress);
  for (const auto& key : x.undefer)
    disk.undefer(id, key);
  const auto finish_blocks = [&] {
    for (auto first : x.done)
      disk.done(id, first);
  };
  // The last message of a block may have become a row.
  if (to_rows)
    finish_blocks();
  disk.end_group();
  // Outside of the group: what was never written need not be.
  if (!to_rows)
    finish_blocks();
}

std::vector<queue::stored_block>
read_blocks(message_store& disk, queue_id id, const queue::read_request& x) {
  std::vector<queue::stored_block> result;
  size_t messages = 0;
  size_t bytes = 0;
  auto after = x.after;
  const auto at_a_time = x.max_bytes <= few_bytes ? 1 : blocks_at_a_time;
  while (messages < x.max_messages && bytes < x.max_bytes) {
    auto part = disk.read_after(id, after, at_a_time);
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

queue::bodies
read_bodies(message_store& disk, queue_id id, const queue::body_request& x) {
  queue::bodies result;
  for (auto first : x.blocks) {
    auto found = disk.read_after(id, first - 1, 1);
    if (!found.empty() && found.front().body->first_number() == first)
      result.blocks.push_back(std::move(found.front().body));
  }
  for (const auto& key : x.rows) {
    auto found = disk.due(id, key.due_ns, 1,
                          queue::deferred_key{key.due_ns, key.number - 1});
    if (!found.empty() && found.front().key() == key)
      result.rows.push_back(std::move(found.front()));
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

namespace {

/// Returns how many to read next: one where those before were large.
template <class Part>
size_t at_a_time(const Part& before, size_t most) {
  const auto large = [](const auto& x) {
    return x.body->bytes() > queue::block::max_bytes;
  };
  return std::any_of(before.begin(), before.end(), large) ? 1 : most;
}

void look_at_blocks(message_store& disk, queue_id id, const queue::peek_rest& x,
                    queue::peek_list& to) {
  size_t bytes = 0;
  auto behind = x.behind;
  auto part = x.after.number > behind ? disk.read(id, x.after.number + 1, 1)
                                      : disk.read_after(id, behind, 1);
  for (; !part.empty();
       part = disk.read_after(id, behind, at_a_time(part, blocks_at_a_time)))
    for (const auto& block : part) {
      const auto first = block.body->first_number();
      behind = first;
      if (first <= x.behind)
        continue;
      if (first > x.up_to)
        return;
      // What reaches over others is read until they are behind it.
      const auto next = first > x.after.number + 1;
      if (next && (!to.wants_more() || bytes >= most_looked_at)) {
        to.cut({0, first - 1});
        return;
      }
      bytes += block.body->bytes();
      queue::look(block, true, to);
    }
}

void look_at_rows(message_store& disk, queue_id id, const queue::peek_rest& x,
                  queue::peek_list& to) {
  size_t bytes = 0;
  auto after = x.after;
  for (size_t wanted = 1;;) {
    const auto part = disk.due(id, std::numeric_limits<int64_t>::max(), wanted,
                               after);
    for (const auto& row : part) {
      if (!to.wants_more() || bytes >= most_looked_at) {
        to.cut(after);
        return;
      }
      after = row.key();
      bytes += row.body->bytes();
      if (after.number > x.up_to
          || std::binary_search(x.without.begin(), x.without.end(), after)) {
        to.pass();
        continue;
      }
      auto seen = queue::peek_at(row.body, 0, row.body->attempts(0));
      seen.key = after;
      seen.stored = true;
      to.look(std::move(seen));
    }
    if (part.size() < wanted)
      return;
    wanted = at_a_time(part, rows_at_a_time);
  }
}

} // namespace

queue::peek_page
look_at_rest(message_store& disk, queue_id id, const queue::peek_rest& x) {
  queue::peek_list result{{x.state, x.after, x.most}};
  result.begin();
  if (x.state == queue::message_state::deferred)
    look_at_rows(disk, id, x, result);
  else
    look_at_blocks(disk, id, x, result);
  auto page = result.take();
  for (auto& seen : page.messages)
    seen.in_memory = false;
  return page;
}

} // namespace cafq
