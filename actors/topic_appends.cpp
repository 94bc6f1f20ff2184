#include "actors/actor_support.hpp"
#include "actors/topic.hpp"

#include <algorithm>
#include <utility>

// Mode `always`: the store has a message before anybody else, its publisher
// included. Appends are answered in order, so what comes from here is in the
// order of the numbers.

namespace cafq {

bool topic_state::needs_store() const {
  return store
         && (holding()
             || std::any_of(channels.begin(), channels.end(),
                            [](const auto& x) { return !x.second.ephemeral; }));
}

std::string topic_state::unwelcome() const {
  if (settings.health->ok() || !needs_store())
    return {};
  // Memory is enough for those that nobody promised more.
  if (mode == config::sync_mode::overflow) {
    const auto full
      = holding() ? held.queue().full()
                  : std::any_of(channels.begin(), channels.end(),
                                [](const auto& x) { return x.second.full; });
    if (!full)
      return {};
  }
  return settings.health->reason();
}

append_ptr topic_state::make_append(const batch_ptr& x) {
  append_ptr result{new cafq::append};
  result->topic = key;
  result->id = ++last_append_;
  result->what = x;
  result->unix_offset = settings.unix_offset();
  return result;
}

void topic_state::append(const batch_ptr& x, const client_actor& from,
                         ticket answer_to) {
  auto message = make_append(x);
  message->held = holding();
  size_t size = 0;
  for (const auto& item : x->items)
    size += item.body->bytes();
  // Each channel has its copy.
  if (!message->held)
    size *= channels.size();
  if (appending_.empty())
    append_progress_ = self->clock().now();
  appending_.push_back({message->id, x, size, message->held, from, answer_to});
  appending_bytes_ += size;
  held_appends_ += size_t{message->held};
  self->send(store, atom::append_v, std::move(message), appender_actor{self});
  arm();
}

void topic_state::appended(const cafq::appended& x) {
  append_progress_ = self->clock().now();
  if (!moving_.empty() && moving_.front() == x.first) {
    moving_.pop_front();
    hand_out(x.what, &x);
    go_on();
    return;
  }
  auto for_us = false;
  while (!appending_.empty() && appending_.front().id <= x.last) {
    const auto put = std::move(appending_.front());
    appending_.pop_front();
    appending_bytes_ -= put.bytes;
    held_appends_ -= size_t{put.held};
    for_us = put.held;
    append_ended(put, x.failure);
  }
  if (x.failure.empty() && !for_us)
    hand_out(x.what, &x);
  // One that was emptied meanwhile is not the same any more.
  if (x.failure.empty() && for_us && held.is(x.held)) {
    const auto spare = held.may_hold(settings);
    for (const auto& item : x.what->items) {
      if (item.deferred())
        held.queue().defer_stored(item.body, item.due, item.row_ns);
      else
        held.queue().put_stored(item.body, spare);
    }
  }
  go_on();
}

void topic_state::append_ended(const appending_put& x,
                               const std::string& failure) {
  if (!failure.empty())
    for (const auto& item : x.body->items) {
      messages -= item.body->count();
      bytes -= item.body->bytes();
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
  size_t count = 0;
  for (auto& x : appending_)
    if (auto from = std::exchange(x.from, nullptr)) {
      self->send(from, atom::refused_v, x.answer_to, why);
      ++count;
    }
  if (count > 0)
    log::warn("TOPIC({}): refused {} publishes - {}", key, count, why);
}

} // namespace cafq
