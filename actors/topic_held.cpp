#include "actors/held_moves.hpp"
#include "actors/topic.hpp"

#include <utility>

// What a topic hands to its channels, and what it keeps while it is paused or
// without any.

namespace cafq {

namespace {

/// How many times messages may move without an answer of the store.
constexpr size_t most_moving = 2;

} // namespace

/// @param stored Which queues of the store have these messages already.
void topic_state::hand_out(const batch_ptr& x, const cafq::appended* stored) {
  uint64_t count = 0;
  for (const auto& item : x->items)
    count += item.body->count();
  channels.gave(count);
  for (const auto& [id, to] : channels) {
    if (stored)
      if (auto i = stored->channels.find(id); i != stored->channels.end()) {
        self->send(to.handle, atom::put_v, x, i->second);
        continue;
      }
    self->send(to.handle, atom::put_v, x);
  }
}

void topic_state::hold(const batch& x) {
  held.came(x.taken);
  const auto spare = held.may_hold(settings);
  for (const auto& item : x.items) {
    // nsqd drops silently what an ephemeral topic cannot keep in memory.
    if (ephemeral && held.queue().depth() >= settings.mem_queue_size)
      dropped += item.body->count();
    else if (item.deferred()) {
      held.look_at_clock();
      held.queue().defer(item.body, item.due, spare);
    } else
      held.queue().put(item.body, spare);
  }
}

/// Gives the channels what was held, as far as they have room and it is in
/// memory.
void topic_state::hand_out_held() {
  // An emptied queue has no name yet under which something could move. One that
  // was saved has all of it there: it would come twice.
  if (held.where() == queue_keeper::place::awaiting_id
      || held.where() == queue_keeper::place::saved)
    return;
  // What the store has to do so far has nothing to do with what moves.
  held.send_orders(self);
  if (store)
    reserve_numbers();
  const auto most = bytes_to_move(channels.size());
  while (!channels.crowded(transit_window) && appends_.moving() < most_moving) {
    const auto x = take_held(held.queue(), numbers, most);
    if (!x)
      return;
    hand_on_held(x);
  }
}

/// What is on disk stays there until the channels have it there.
void topic_state::hand_on_held(const batch_ptr& x) {
  if (appends_.moving() == 0 && held.queue().orders().empty()) {
    hand_out(x);
    return;
  }
  auto move = make_append(appends_.move(), x);
  move->from = held.id();
  move->moved = held.queue().take_orders();
  self->send(store, atom::append_v, std::move(move), appender_actor{self});
}

} // namespace cafq
