#include "actors/actor_support.hpp"
#include "actors/channel.hpp"

#include <algorithm>
#include <memory>
#include <set>

// What a channel tells about itself.

namespace cafq {

channel_situation channel_state::situation(const oldest_flight& oldest) const {
  channel_situation result;
  result.paused = paused;
  result.awaiting_id = keeper.where() == queue_keeper::place::awaiting_id
                       && !undecided_.empty();
  result.short_of_memory = short_of_memory();
  result.ready = queue().depth();
  result.at_hand = queue().available();
  result.in_flight = queue().in_flight();
  result.deferred = queue().deferred();
  result.served = served_;
  result.store = keeper.store() ? keeper.store().id() : 0;
  for (const auto& [id, x] : consumers)
    result.add(x);
  if (oldest && std::any_of(consumers.begin(), consumers.end(), [&](auto& x) {
        return x.first == oldest->holder;
      }))
    result.holder = oldest->holder;
  return result;
}

void channel_state::tell_consumers(actor_stat& to) const {
  for (const auto& [id, x] : consumers) {
    to.peers.push_back(id);
    to.consumers.push_back({id, x.rdy, x.in_flight, x.messages, x.finished,
                            x.requeued, x.given_bytes - x.sent_bytes});
  }
}

void channel_state::tell_oldest(actor_stat& to, const oldest_flight& x,
                                queue::time_point now) const {
  if (const auto ns = queue().oldest_ready_ns())
    to.ages.emplace_back("ready", age(*ns, now));
  if (x) {
    to.oldest_in_flight = {x->holder, x->attempts, now - x->delivered,
                           x->until - now};
    to.ages.emplace_back("in_flight", now - x->delivered);
  }
  if (const auto ns = queue().oldest_deferred_ns())
    to.ages.emplace_back("deferred", age(*ns, now));
  if (const auto due = queue().first_due())
    to.first_due = *due - now;
}

/// Returns for how long it has been so, if that is known: what waits has done
/// so since it came, or since somebody was last given something.
std::optional<queue::duration>
channel_state::how_long(actor_state x, const actor_stat& told,
                        queue::time_point now) const {
  using enum actor_state;
  if (x == channel_paused)
    return now - turned;
  if (x == channel_idle)
    return now - std::max(served_, turned);
  const auto ready = told.age("ready");
  if (x == channel_flowing || !ready)
    return std::nullopt;
  const auto since = x == channel_no_consumer ? std::max(served_, deserted_)
                                              : served_;
  return std::min<queue::duration>(*ready, now - std::max(since, turned));
}

peek_answer_ptr channel_state::peek(const queue::peek_request& what) {
  auto result = std::make_shared<peek_answer>(keeper.peek(self, what));
  std::set<consumer_id> named;
  for (const auto& x : result->page.messages)
    if (const auto i = clients.find(x.holder);
        i != clients.end() && named.insert(x.holder).second)
      result->holders.emplace_back(x.holder, i->second.second);
  return result;
}

actor_stat channel_state::stat() const {
  const auto now = self->clock().now();
  const auto oldest = queue().oldest_in_flight();
  const auto seen = situation(oldest);
  const auto doing = state_of(seen, now);
  auto result = stat_of(self, doing, key, parent);
  tell_oldest(result, oldest, now);
  result.in_state = how_long(doing, result, now);
  result.waits_for = waits_for(seen, doing);
  result.paused = paused;
  result.figures = channel_figures{
    .depth = queue().depth(),
    .backend_depth = queue().backend_depth(),
    .in_flight = queue().in_flight(),
    .deferred = queue().deferred(),
    .messages = queue().totals().messages,
    .requeued = queue().totals().requeued,
    .timed_out = queue().totals().timed_out,
    .dropped = dropped,
    .consumers = consumers.size(),
  };
  tell_consumers(result);
  if (keeper.store())
    result.peers.push_back(keeper.store().id());
  if (latency)
    result.latency
      = std::make_shared<const queue::latency_histogram>(latency->at(now));
  return result;
}

} // namespace cafq
