#include "persistence/lmdb_store.hpp"
#include "persistence/records.hpp"

#include <algorithm>

namespace cafq {

using kind = staged_op::kind;

namespace {

using bitmap = std::bitset<queue::block::max_messages>;

/// Returns how many of `count` messages are finished.
uint16_t finished_in(const bitmap& finished, size_t count) {
  return static_cast<uint16_t>((finished << (finished.size() - count)).count());
}

} // namespace

std::string key_of(queue_id queue, const block_entry& x) {
  return encode(log_key{.id = x.id,
                        .queue = queue,
                        .count = x.count,
                        .first = x.first,
                        .span = x.span});
}

void lmdb_store::keep(queue_id queue, stored_block x) {
  auto& state = queues_[queue];
  const auto first = x.body->first_number();
  const auto* old = state.blocks.find(first);
  const auto grouped = !staging_.in_group()
                       && (old != nullptr || !x.progress.empty());
  if (grouped)
    begin_group();
  if (old != nullptr)
    remove(queue, state, *old);
  const block_entry entry{
    .first = first,
    .id = next_block_++,
    .span = static_cast<uint32_t>(x.body->last_number() - first),
    .count = static_cast<uint16_t>(x.body->count()),
    .finished = finished_in(x.progress.finished, x.body->count())};
  staging_.append({.what = kind::put,
                   .where = area::log,
                   .queue = queue,
                   .key = key_of(queue, entry),
                   .body = std::move(x.body)});
  state.blocks.insert(entry);
  if (!x.progress.empty())
    progress(queue, first, x.progress);
  if (grouped)
    end_group();
}

void lmdb_store::progress(queue_id queue, uint64_t first_number,
                          const block_progress& x) {
  auto* state = find_queue(queue);
  auto* entry = state != nullptr ? state->blocks.find(first_number) : nullptr;
  if (entry == nullptr)
    return;
  state->blocks.finished(*entry, finished_in(x.finished, entry->count));
  auto key = encode(ack_key{queue, entry->id});
  auto value = encode_progress(key, x);
  if (auto* op = staging_.replaceable(area::ack, key))
    staging_.replace(*op, kind::put, std::move(value));
  else
    staging_.append({.what = kind::put,
                     .where = area::ack,
                     .queue = queue,
                     .key = std::move(key),
                     .value = std::move(value)});
}

void lmdb_store::done(queue_id queue, uint64_t first_number) {
  auto* state = find_queue(queue);
  if (state == nullptr)
    return;
  if (const auto* entry = state->blocks.find(first_number))
    remove(queue, *state, *entry);
}

void lmdb_store::remove(queue_id queue, queue_state& state,
                        const block_entry& x) {
  auto key = key_of(queue, x);
  auto ack = encode(ack_key{queue, x.id});
  auto* op = staging_.replaceable(area::log, key);
  if (op != nullptr && !staging_.moved_from(key)) {
    staging_.replace(*op, kind::nothing);
    if (staging_.find(area::ack, ack) != nullptr)
      staging_.append({.what = kind::erase,
                       .where = area::ack,
                       .queue = queue,
                       .key = std::move(ack)});
  } else {
    staging_.append({.what = kind::erase,
                     .where = area::log,
                     .queue = queue,
                     .key = std::move(key)});
  }
  state.blocks.erase(x.first);
}

// -- reads
// ---------------------------------------------------------------------

std::vector<stored_block>
lmdb_store::read(queue_id queue, uint64_t from_number, size_t max_blocks) {
  const auto* state = find_queue(queue);
  if (state == nullptr)
    return {};
  return load(queue, state->blocks.reaching(from_number), from_number,
              max_blocks);
}

std::vector<stored_block>
lmdb_store::read_after(queue_id queue, uint64_t first_number,
                       size_t max_blocks) {
  const auto* state = find_queue(queue);
  if (state == nullptr)
    return {};
  return load(queue, state->blocks.after(first_number), 0, max_blocks);
}

/// @param last Leaves out blocks whose last number is lower.
std::vector<stored_block>
lmdb_store::load(queue_id queue, std::span<const block_entry> from,
                 uint64_t last, size_t max_blocks) {
  std::vector<stored_block> result;
  std::vector<block_entry> damaged;
  reading([&] {
    const lmdb::snapshot now{reader_};
    // Those the next read will ask for, too.
    prefetch(queue, from.first(std::min(from.size(), 2 * max_blocks)));
    for (const auto& x : from) {
      if (result.size() == max_blocks)
        break;
      if (x.last() < last)
        continue;
      if (auto body = load_body(key_of(queue, x)))
        result.push_back({std::move(body), load_progress(queue, x)});
      else
        damaged.push_back(x);
    }
  });
  for (const auto& x : damaged) {
    set_aside(area::log, queue, key_of(queue, x));
    find_queue(queue)->blocks.erase(x.first);
  }
  return result;
}

/// So that the disk reads several at a time.
void lmdb_store::prefetch(queue_id queue, std::span<const block_entry> blocks) {
  for (const auto& x : blocks)
    if (const auto value = reader_.get(tables_.log, key_of(queue, x)))
      lmdb::will_read(*value);
}

queue::block_ptr lmdb_store::load_body(const std::string& key) {
  if (const auto* op = staging_.find(area::log, key))
    return op->body;
  const auto value = reader_.get(tables_.log, key);
  return value ? decode_block(key, *value) : nullptr;
}

block_progress
lmdb_store::load_progress(queue_id queue, const block_entry& of) {
  const auto key = encode(ack_key{queue, of.id});
  std::optional<block_progress> result;
  if (const auto* op = staging_.find(area::ack, key)) {
    if (op->what == kind::put)
      result = decode_progress(key, op->value, of.count);
  } else if (const auto value = reader_.get(tables_.ack, key)) {
    result = decode_progress(key, *value, of.count);
  }
  return result.value_or(block_progress{});
}

} // namespace cafq
