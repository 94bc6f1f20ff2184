#include "actors/channel_situation.hpp"

#include <chrono>

namespace cafq {

namespace {

/// A channel that delivered within so long is not stuck, however much waits.
constexpr auto delivered_lately = std::chrono::seconds{1};

/// Why nothing that is ready is delivered.
actor_state stall_of(const channel_situation& x) noexcept {
  using enum actor_state;
  if (x.consumers == 0)
    return channel_no_consumer;
  if (x.at_hand == 0)
    return channel_reading_disk;
  if (x.used_up > 0)
    return channel_all_rdy_used;
  return x.not_reading > 0 ? channel_not_read : channel_rdy_0;
}

} // namespace

actor_state
state_of(const channel_situation& x, queue::time_point now) noexcept {
  using enum actor_state;
  if (x.paused)
    return channel_paused;
  if (x.awaiting_id)
    return channel_waits_for_id;
  if (x.short_of_memory)
    return channel_memory_limit;
  if (x.with_credit > 0 && x.at_hand > 0)
    return channel_flowing;
  if (x.consumers > 0 && x.served != queue::time_point{}
      && now - x.served < delivered_lately)
    return channel_flowing;
  if (x.ready > 0)
    return stall_of(x);
  if (x.in_flight > 0)
    return channel_with_consumers;
  return x.deferred > 0 ? channel_only_deferred : channel_idle;
}

awaited waits_for(const channel_situation& x, actor_state state) {
  using enum actor_state;
  using cause = awaited::cause;
  const auto some_client = [](uint64_t id) {
    return id != 0 ? awaited::some_actor(id) : awaited::outside(cause::client);
  };
  switch (state) {
    case channel_paused:
      return awaited::outside(cause::human);
    case channel_no_consumer:
      return awaited::outside(cause::client);
    case channel_rdy_0:
      return some_client(x.one_at_zero);
    case channel_with_consumers:
      // Of one that has gone, they come back when they time out.
      return x.holder != 0 ? awaited::some_actor(x.holder)
                           : awaited::outside(cause::time);
    case channel_all_rdy_used:
      return awaited::some_actor(x.holder != 0 ? x.holder : x.one_used_up);
    case channel_not_read:
      return some_client(x.one_not_reading);
    case channel_reading_disk:
    case channel_waits_for_id:
      return awaited::some_actor(x.store);
    case channel_memory_limit:
      return awaited::outside(cause::memory);
    case channel_only_deferred:
      return awaited::outside(cause::time);
    default:
      return {};
  }
}

} // namespace cafq
