#include "actors/actor_support.hpp"
#include "actors/topic.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

// What a topic tells about itself.

namespace cafq {

namespace {

/// What was published within so long is still on its way, and a store that
/// answered within it is at work.
constexpr auto lately = std::chrono::seconds{1};

} // namespace

obstacle topic_state::situation(queue::time_point now) const {
  const auto seen = look();
  if (auto why = unwelcome(seen))
    return {actor_state::topic_disk_refuses,
            awaited::outside(awaited::cause::disk, *std::move(why)),
            {}};
  if (!waiting_.empty())
    if (auto why = no_room(seen))
      return *std::move(why);
  const auto holds = held.queue().depth() + held.queue().deferred() > 0;
  if (paused || (seen.holding && holds))
    return why_held(seen);
  if (appends_.overdue(now, lately))
    return behind_store(seen);
  const auto flows = !appends_.empty()
                     || (published_ != queue::time_point{}
                         && now - published_ < lately);
  return {flows ? actor_state::topic_flowing : actor_state::topic_idle, {}, {}};
}

/// Returns for how long it has been so, if that is known.
std::optional<queue::duration>
topic_state::how_long(actor_state x, queue::time_point now) const {
  if (x == actor_state::topic_paused)
    return now - turned;
  if (const auto since = waiting_.since())
    return now - *since;
  if (x == actor_state::topic_idle)
    return now - std::max(published_, turned);
  return std::nullopt;
}

void topic_state::tell_ages(actor_stat& to, queue::time_point now) const {
  if (const auto since = waiting_.since())
    to.ages.emplace_back("publish", now - *since);
  const auto add = [&](const char* of, std::optional<int64_t> ns) {
    if (ns)
      to.ages.emplace_back(of, now.time_since_epoch() + settings.unix_offset()
                                 - queue::duration{*ns});
  };
  add("ready", held.queue().oldest_ready_ns());
  add("deferred", held.queue().oldest_deferred_ns());
  if (const auto due = held.queue().first_due())
    to.first_due = *due - now;
}

actor_stat topic_state::stat() const {
  const auto now = self->clock().now();
  const auto doing = situation(now);
  auto result = stat_of(self, doing.state, key, parent);
  result.in_state = how_long(doing.state, now);
  result.waits_for = doing.waits_for;
  tell_ages(result, now);
  result.paused = paused;
  result.sync = to_string(mode);
  result.figures = topic_figures{
    .depth = held.queue().depth() + held.queue().deferred(),
    .backend_depth = held.queue().backend_depth(),
    .messages = messages,
    .bytes = bytes,
    .dropped = dropped,
    .waiting = waiting_.size(),
    .appending = appends_.size(),
    .channels = channels.size(),
  };
  for (const auto& [id, x] : channels)
    result.peers.push_back(x.id);
  if (store)
    result.peers.push_back(store.id());
  return result;
}

} // namespace cafq
