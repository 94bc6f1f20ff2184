#include "actors/queue/deadline_index.hpp"

#include <cassert>

namespace cafq::queue {

namespace {

constexpr auto granularity = deadline_index::granularity.count();

/// Rounds up, so that nothing is found before its deadline.
int64_t bucket_of(time_point deadline) {
  const auto ns = duration{deadline.time_since_epoch()}.count();
  return ns / granularity + (ns % granularity != 0 ? 1 : 0);
}

time_point end_of(int64_t bucket) {
  return time_point{duration{bucket * granularity}};
}

} // namespace

void deadline_index::insert(deadline_hook& hook, time_point deadline) {
  assert(!hook.next);
  hook.bucket = bucket_of(deadline);
  // Deadlines mostly grow, so the last bucket is the likely one.
  auto i = buckets_.try_emplace(buckets_.end(), hook.bucket);
  auto& end = i->second.end;
  if (!end.next)
    end.next = end.prev = &end;
  hook.prev = end.prev;
  hook.next = &end;
  end.prev->next = &hook;
  end.prev = &hook;
}

void deadline_index::erase(deadline_hook& hook) {
  assert(hook.next);
  hook.prev->next = hook.next;
  hook.next->prev = hook.prev;
  // Both neighbours are the anchor: that was the last one.
  const auto last = hook.prev == hook.next;
  hook.prev = hook.next = nullptr;
  if (last)
    buckets_.erase(hook.bucket);
}

deadline_hook* deadline_index::pop(time_point now) {
  if (buckets_.empty() || end_of(buckets_.begin()->first) > now)
    return nullptr;
  auto* result = buckets_.begin()->second.end.next;
  erase(*result);
  return result;
}

bool deadline_index::invariant(size_t hooks) const {
  size_t found = 0;
  for (const auto& [number, x] : buckets_) {
    const auto before = found;
    for (const auto* i = x.end.next; i != &x.end; i = i->next, ++found)
      if (i->bucket != number || i->next->prev != i || i->prev->next != i)
        return false;
    if (found == before)
      return false;
  }
  return found == hooks;
}

std::optional<time_point> deadline_index::next() const {
  if (buckets_.empty())
    return std::nullopt;
  return end_of(buckets_.begin()->first);
}

} // namespace cafq::queue
