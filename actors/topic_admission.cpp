#include "actors/topic_admission.hpp"

#include "actors/node_settings.hpp"

#include <utility>

namespace cafq {

namespace {

/// Bytes that the store is to write for publishes; more wait before it.
constexpr size_t most_appending = size_t{32} << 20U;

obstacle behind_memory(std::string why) {
  return {actor_state::topic_memory_limit,
          awaited::outside(awaited::cause::memory), std::move(why)};
}

obstacle behind_channel(const topic_members::map::value_type& x) {
  return {actor_state::topic_waits_for_channel,
          awaited::some_actor(x.second.id),
          "memory queue of channel " + x.first + " full"};
}

/// Returns why the topic can hold no more, if it cannot. nsqd drops silently
/// what an ephemeral topic has no room for.
std::optional<obstacle> cannot_hold(const topic_situation& x) {
  if (x.ephemeral || x.unplaced < x.window)
    return std::nullopt;
  // Without a store, room is made by whoever unpauses it or subscribes.
  auto result = x.store != 0 ? behind_store(x) : why_held(x);
  result.why = "memory queue of topic full";
  return result;
}

} // namespace

bool needs_store(const topic_situation& x) {
  return x.store != 0 && (x.holding || x.channels->any_stored());
}

bool disk_refuses(const topic_situation& x) {
  if (x.disk_ok || !needs_store(x))
    return false;
  // Memory is enough for those that nobody promised more.
  return x.all_stored || (x.holding ? x.held_full : x.channels->any_full());
}

std::optional<obstacle> no_memory(const topic_situation& x) {
  // If those that wait counted, they would all wait for each other.
  if (x.memory >= x.memory_limit + x.waiting)
    return behind_memory("memory limit of the node reached");
  if (x.store == 0 && x.unstorable >= x.unstorable_share)
    return behind_memory("memory for messages that cannot be stored is full");
  if (x.store != 0 && x.writing_enough)
    return behind_store(x, "the disk is too slow");
  return std::nullopt;
}

std::optional<obstacle> no_room(const topic_situation& x) {
  if (auto why = no_memory(x))
    return why;
  if (!x.numbered)
    return obstacle{actor_state::topic_unnumbered, awaited::some_actor(x.store),
                    "message numbers not reserved yet"};
  if (x.appending >= most_appending)
    return behind_store(x, "the disk is too slow");
  if (x.letting_go)
    return behind_store(x, "messages held are on their way to the channels");
  if (x.holding)
    return cannot_hold(x);
  if (const auto* slow = x.channels->crowded(x.window))
    return behind_channel(*slow);
  return std::nullopt;
}

obstacle why_held(const topic_situation& x) {
  using cause = awaited::cause;
  if (x.paused)
    return {actor_state::topic_paused, awaited::outside(cause::human), {}};
  if (x.channels->empty())
    return {actor_state::topic_no_channel, awaited::outside(cause::client), {}};
  if (const auto* slow = x.channels->crowded(transit_window))
    return behind_channel(*slow);
  return behind_store(x);
}

obstacle behind_store(const topic_situation& x, std::string why) {
  return {actor_state::topic_waits_for_store, awaited::some_actor(x.store),
          std::move(why)};
}

} // namespace cafq
