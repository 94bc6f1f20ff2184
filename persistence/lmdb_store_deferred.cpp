#include "persistence/lmdb_store.hpp"
#include "persistence/records.hpp"

#include <cassert>

namespace cafq {

using kind = staged_op::kind;

void lmdb_store::defer(queue_id queue, const deferred_message& x) {
  assert(x.body->count() == 1);
  auto key = encode(defer_key{queue, {x.due_ns, x.body->first_number()}});
  if (!has_deferred(key))
    ++queues_[queue].deferred;
  staging_.append({.what = kind::put,
                   .where = area::defer,
                   .queue = queue,
                   .key = std::move(key),
                   .body = x.body});
}

void lmdb_store::undefer(queue_id queue, deferred_key key) {
  auto* state = find_queue(queue);
  if (state == nullptr || state->deferred == 0)
    return;
  auto bytes = encode(defer_key{queue, key});
  if (!has_deferred(bytes))
    return;
  --state->deferred;
  if (auto* op = staging_.replaceable(area::defer, bytes))
    staging_.replace(*op, kind::erase);
  else
    staging_.append({.what = kind::erase,
                     .where = area::defer,
                     .queue = queue,
                     .key = std::move(bytes)});
}

std::vector<deferred_message>
lmdb_store::due(queue_id queue, int64_t until_ns, size_t max,
                std::optional<deferred_key> after) {
  std::vector<deferred_message> result;
  auto* state = find_queue(queue);
  if (state == nullptr || state->deferred == 0 || max == 0)
    return result;
  // A zero byte more makes the very next key.
  const auto from = after ? encode(defer_key{queue, *after}) + '\0'
                          : queue_prefix(queue);
  std::vector<std::string> damaged;
  scan(area::defer, from, [&](auto key, auto* op, auto value) {
    const auto name = decode_defer_key(key);
    if (!name || name->queue != queue || name->message.due_ns > until_ns)
      return false;
    if (auto body = op ? op->body : decode_deferred(key, value))
      result.push_back({name->message.due_ns, std::move(body)});
    else
      damaged.emplace_back(key);
    return result.size() < max;
  });
  for (auto& key : damaged) {
    --state->deferred;
    set_aside(area::defer, queue, std::move(key));
  }
  return result;
}

bool lmdb_store::has_deferred(const std::string& key) {
  if (const auto* op = staging_.find(area::defer, key))
    return op->what == kind::put;
  return reading([&] {
    const lmdb::snapshot now{reader_};
    return reader_.get(tables_.defer, key).has_value();
  });
}

} // namespace cafq
