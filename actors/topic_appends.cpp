#include "actors/actor_support.hpp"
#include "actors/topic.hpp"
#include "net/protocol/contract.hpp"

#include <utility>

// Mode `always`: the store has a message before anybody else, its publisher
// included. Appends are answered in order, so what comes from here is in the
// order of the numbers.

namespace cafq {

append_ptr topic_state::make_append(uint64_t id, const batch_ptr& x) const {
  append_ptr result{new cafq::append};
  result->topic = key;
  result->id = id;
  result->what = x;
  result->unix_offset = settings.unix_offset();
  return result;
}

void topic_state::append(const batch_ptr& x, const client_actor& from,
                         ticket answer_to) {
  const auto for_us = holding();
  const auto id = appends_.add({0, x, 0, for_us, from, answer_to},
                               for_us ? 1 : channels.size(),
                               self->clock().now());
  auto message = make_append(id, x);
  message->held = for_us;
  self->send(store, atom::append_v, std::move(message), appender_actor{self});
  arm();
}

void topic_state::appended(const cafq::appended& x) {
  const auto now = self->clock().now();
  if (appends_.moved(x.first, now)) {
    hand_out(x.what, &x);
    go_on();
    return;
  }
  const auto for_us = appends_.ended(
    x.last, now, [&](const auto& put) { append_ended(put, x.failure); });
  if (x.failure.empty() && !for_us)
    hand_out(x.what, &x);
  // One that was emptied meanwhile is not the same any more.
  if (x.failure.empty() && for_us && held.is(x.held))
    hold_appended(x);
  go_on();
}

void topic_state::hold_appended(const cafq::appended& x) {
  const auto spare = held.may_hold(settings);
  for (const auto& item : x.what->items) {
    if (item.deferred())
      held.queue().defer_stored(item.body, item.due, item.row_ns);
    else
      held.queue().put_stored(item.body, spare);
  }
}

void topic_state::append_ended(const append_ledger::put& x,
                               const std::string& failure) {
  if (!failure.empty())
    for (const auto& item : x.body->items) {
      take_off(messages, item.body->count());
      take_off(bytes, item.body->bytes());
    }
  if (!x.from)
    return;
  if (failure.empty())
    self->send(x.from, atom::accepted_v, x.answer_to);
  else
    self->send(x.from, atom::refused_v, x.answer_to, failure);
}

/// They may still come to the channels, when the disk goes on: nobody can tell.
void topic_state::refuse_appending(const std::string& why) {
  const auto count = appends_.refuse([&](const auto& from, ticket t) {
    self->send(from, atom::refused_v, t, why);
  });
  if (count > 0)
    log::warn("TOPIC({}): refused {} publishes - {}", key, count, why);
}

} // namespace cafq
