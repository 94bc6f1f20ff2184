#include "actors/topic.hpp"

#include <algorithm>
#include <utility>
#include <vector>

// What a topic keeps while it is paused or without channels.

namespace cafq {

namespace {

/// Bytes of held messages that go to a channel at a time and, of large ones, to
/// all of them: what moves is one transaction, whose pages take memory. And how
/// many times without an answer of the store.
constexpr size_t most_moved = size_t{1} << 20U;
constexpr size_t most_moved_to_all = size_t{8} << 20U;
constexpr size_t most_moving = 2;

} // namespace

/// Messages that move get new numbers. A channel tells by them what in the
/// store is still to be put: of what was put, the highest number is the last,
/// and after a start all that is there is below the next.
queue::block_ptr topic_state::renumbered(const queue::stored_block& x) {
  std::vector<queue::message_view> left;
  for (size_t i = 0; i < x.body->count(); ++i)
    if (!x.progress.finished[i])
      left.push_back(x.body->message(i));
  auto number = numbers.take(left.size());
  for (auto& y : left)
    y.number = number++;
  return queue::block::make(left);
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
  const auto room = [this] {
    for (const auto& [id, x] : channels)
      if (!x.ephemeral && x.outstanding >= transit_window)
        return false;
    return true;
  };
  // An emptied queue has no name yet under which something could move. One that
  // was saved has all of it there: it would come twice.
  if (held.where() == queue_keeper::place::awaiting_id
      || held.where() == queue_keeper::place::saved)
    return;
  // What the store has to do so far has nothing to do with what moves.
  held.send_orders(self);
  if (store)
    reserve_numbers();
  const auto most = std::min(most_moved, most_moved_to_all / channels.size());
  while (room() && appends_.moving() < most_moving) {
    batch_ptr x{new batch};
    size_t moved = 0;
    while (moved < most && may_number()) {
      auto next = held.queue().move_block();
      if (!next)
        break;
      x->items.push_back({renumbered(*next), {}});
      moved += next->body->bytes();
    }
    while (moved < most && may_number()) {
      auto next = held.queue().move_deferred();
      if (!next)
        break;
      moved += next->first->bytes();
      x->items.push_back({renumbered({next->first, {}}), next->second});
    }
    if (x->items.empty())
      break;
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
