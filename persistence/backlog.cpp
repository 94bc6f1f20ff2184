#include "persistence/backlog.hpp"

#include "persistence/keys.hpp"
#include "persistence/records.hpp"

#include <algorithm>
#include <optional>
#include <unordered_set>

namespace cafq {

namespace {

class loader {
public:
  loader(lmdb::txn& from, const tables& in) : from_(from), in_(in) {
    // nop
  }

  backlog run() {
    load_blocks();
    load_progress();
    for (auto& [queue, state] : result_.queues)
      result_.damaged += state.blocks.sort();
    load_deferred_counts();
    result_.damaged += from_.rows(in_.damaged);
    load_next_queue();
    drop_nameless();
    return std::move(result_);
  }

private:
  void load_blocks() {
    lmdb::cursor at{from_, in_.log};
    // Neighbours often belong to one queue.
    queue_id recent = 0;
    queue_state* state = nullptr;
    std::string last;
    for (auto more = at.first(); more; more = at.next()) {
      result_.in_order = result_.in_order && at.key() > last;
      last = at.key();
      const auto key = decode_log_key(at.key());
      if (!key) {
        // Nothing could be appended behind it.
        result_.in_order = false;
        ++result_.damaged;
        continue;
      }
      if (key->queue != recent || state == nullptr)
        state = &result_.queues[recent = key->queue];
      state->blocks.add_unsorted({.first = key->first,
                                  .id = key->id,
                                  .span = key->span,
                                  .count = static_cast<uint16_t>(key->count)});
      saw_block(key->id);
    }
  }

  void load_progress() {
    lmdb::cursor at{from_, in_.ack};
    for (auto more = at.first(); more; more = at.next()) {
      const auto key = decode_ack_key(at.key());
      if (key)
        saw_block(key->id);
      auto* entry = key ? find_block(*key) : nullptr;
      const auto most = entry ? entry->count : queue::block::max_messages;
      const auto progress = decode_progress(at.key(), at.value(), most);
      if (!progress)
        ++result_.damaged;
      if (!progress || entry == nullptr)
        result_.stray_acks.emplace_back(at.key());
      else
        result_.queues[key->queue].blocks.finished(
          *entry, static_cast<uint16_t>(progress->finished.count()));
    }
  }

  block_entry* find_block(const ack_key& key) {
    const auto i = result_.queues.find(key.queue);
    return i == result_.queues.end() ? nullptr
                                     : i->second.blocks.find_unsorted(key.id);
  }

  void saw_block(uint64_t id) {
    // Above all that a row of any table speaks of.
    if (id <= last_id)
      result_.next_block = std::max(result_.next_block, id + 1);
  }

  void saw_queue(queue_id queue) {
    result_.next_queue = std::max(result_.next_queue, queue + 1);
  }

  void load_deferred_counts() {
    for (auto queue : queues_in(in_.defer)) {
      const auto key = deferred_count_key(queue);
      const auto row = from_.get(in_.meta, key);
      const auto count = row ? decode_counter(key, *row) : std::nullopt;
      result_.queues[queue].deferred = count ? *count
                                             : rows_of(in_.defer, queue);
    }
  }

  /// Counts what should have been kept: only after damage.
  uint64_t rows_of(lmdb::table where, queue_id queue) {
    uint64_t result = 0;
    lmdb::cursor at{from_, where};
    for (auto more = at.seek(queue_prefix(queue));
         more && queue_of(at.key()) == queue; more = at.next())
      ++result;
    return result;
  }

  /// Finds all queues with rows in a table whose keys start with the queue.
  /// Goes up from one to the next whatever damaged keys are in between.
  std::vector<queue_id> queues_in(lmdb::table where) {
    std::vector<queue_id> result;
    lmdb::cursor at{from_, where};
    for (auto more = at.first(); more;) {
      const auto queue = queue_of(at.key());
      if (!queue || (!result.empty() && *queue <= result.back())) {
        more = at.next();
        continue;
      }
      result.push_back(*queue);
      if (*queue == UINT32_MAX)
        break;
      more = at.seek(queue_prefix(*queue + 1));
    }
    return result;
  }

  void load_next_queue() {
    const auto row = from_.get(in_.meta, next_queue_key);
    if (const auto x = row ? decode_counter(next_queue_key, *row)
                           : std::nullopt)
      result_.next_queue = static_cast<queue_id>(*x);
    for (const auto& [queue, state] : result_.queues)
      saw_queue(queue);
  }

  /// Returns the queues that have an owner, or nothing when that cannot be
  /// said for sure.
  std::optional<std::unordered_set<queue_id>> named_queues() {
    std::unordered_set<queue_id> result;
    auto certain = true;
    lmdb::cursor at{from_, in_.names};
    for (auto more = at.first(); more; more = at.next()) {
      queue_id queue = 0;
      if (const auto topic = at.key().starts_with('T')
                               ? decode_topic(at.key(), at.value())
                               : std::nullopt)
        queue = topic->queue;
      else if (const auto channel = at.key().starts_with('C')
                                      ? decode_channel(at.key(), at.value())
                                      : std::nullopt)
        queue = channel->queue;
      else {
        ++result_.damaged;
        certain = false;
        continue;
      }
      result.insert(queue);
      saw_queue(queue);
    }
    if (!certain)
      return std::nullopt;
    return result;
  }

  void drop_nameless() {
    const auto named = named_queues();
    if (!named)
      return; // a damaged name must not cost its messages
    std::unordered_set<queue_id> nameless;
    const auto look = [&](queue_id queue) {
      saw_queue(queue);
      if (!named->contains(queue))
        nameless.insert(queue);
    };
    for (const auto& [queue, state] : result_.queues)
      look(queue);
    for (auto table : {in_.ack, in_.damaged})
      for (auto queue : queues_in(table))
        look(queue);
    for (auto queue : nameless) {
      auto node = result_.queues.extract(queue);
      result_.dropped.push_back(
        {.queue = queue,
         .blocks = node ? std::move(node.mapped().blocks) : block_index{},
         .durable = true,
         .stray = true});
    }
  }

  lmdb::txn& from_;
  const tables& in_;
  backlog result_;
};

} // namespace

uint64_t find_mark(lmdb::txn& from, const tables& in, std::string_view name) {
  const auto key = mark_key(name);
  const auto row = from.get(in.meta, key);
  return row ? decode_counter(key, *row).value_or(0) : 0;
}

backlog load_backlog(lmdb::txn& from, const tables& in) {
  return loader{from, in}.run();
}

} // namespace cafq
