#include "actors/channel.hpp"

#include <utility>

// What a channel takes from its topic.

namespace cafq {

void channel_state::put(const batch_ptr& x) {
  if (undecided_.empty())
    accept(*x);
  else
    undecided_.emplace_back(x, 0);
  pump();
}

void channel_state::put_stored(const batch_ptr& x, queue_id id) {
  if (keeper.where() == queue_keeper::place::awaiting_id)
    undecided_.emplace_back(x, id);
  else
    accept_stored(*x, id);
  pump();
}

void channel_state::accept_stored(const batch& x, queue_id id) {
  const auto hold = keeper.may_hold(settings);
  for (const auto& item : x.items) {
    room_.came(item.body->count());
    if (!keeper.is(id))
      continue; // emptied
    if (item.deferred())
      queue().defer_stored(item.body, item.due, item.row_ns);
    else
      queue().put_stored(item.body, hold);
  }
}

void channel_state::accept(const batch& x) {
  keeper.came(x.taken != queue::time_point{} ? x.taken : self->clock().now());
  const auto hold = keeper.may_hold(settings);
  for (const auto& item : x.items) {
    if (item.deferred()) {
      keeper.look_at_clock();
      room_.came(item.body->count());
      queue().defer(item.body, item.due, hold);
      continue;
    }
    if (ephemeral && overfull()) {
      dropped += item.body->count();
      continue;
    }
    room_.came(item.body->count());
    queue().put(item.body, hold);
  }
}

bool channel_state::overfull() const {
  if (keeper.over_share(settings.unstorable_share()))
    return true;
  const auto depth = queue().depth();
  if (depth < settings.mem_queue_size)
    return false;
  // What consumers take at once needs no place.
  return depth >= settings.mem_queue_size + (paused ? 0 : consumers.credit());
}

void channel_state::report_room() {
  const auto stored = keeper.store() != nullptr;
  const auto full = queue().full();
  if (stored && room_.is_full(full))
    self->send(topic, atom::room_v, key, full);
  // With a store, what is not on its way there has found its place; without
  // one, only what was taken has.
  if (const auto placed = room_.placed(keeper.unplaced(),
                                       settings.in_transit(stored)))
    self->send(topic, atom::room_v, key, *placed);
}

} // namespace cafq
