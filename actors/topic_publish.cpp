#include "actors/actor_support.hpp"
#include "actors/topic.hpp"

#include <algorithm>
#include <optional>
#include <utility>

// What a topic takes, and whom it lets wait.

namespace cafq {

namespace {

uint64_t count_of(const batch& x) {
  uint64_t result = 0;
  for (const auto& item : x.items)
    result += item.body->count();
  return result;
}

} // namespace

topic_situation topic_state::look(uint64_t coming) const {
  topic_situation result;
  result.channels = &channels;
  result.store = store ? store.id() : 0;
  result.ephemeral = ephemeral;
  result.paused = paused;
  result.holding = holding();
  result.letting_go = appends_.holds() && !result.holding;
  result.numbered = numbers.may_take(std::max(coming, transit_window));
  result.appending = appends_.bytes();
  result.window = settings.in_transit(result.store != 0);
  result.unplaced = held.unplaced();
  result.held_full = held.queue().full();
  result.all_stored = mode != config::sync_mode::overflow;
  result.disk_ok = settings.health->ok();
  result.memory = message_memory();
  result.memory_limit = settings.memory_limit;
  result.waiting = settings.memory->waiting();
  result.unstorable = settings.memory->unstorable();
  result.unstorable_share = settings.unstorable_share();
  result.writing_enough = writer_ && writer_->enough();
  return result;
}

std::optional<std::string>
topic_state::unwelcome(const topic_situation& seen) const {
  if (!disk_refuses(seen))
    return std::nullopt;
  auto why = settings.health->reason();
  // The disk may have got room just now.
  return why.empty() ? std::nullopt : std::optional{std::move(why)};
}

void topic_state::put(const batch_ptr& x, const client_actor& from,
                      ticket answer_to) {
  const auto now = look(count_of(*x));
  if (auto why = unwelcome(now))
    self->send(from, atom::refused_v, answer_to, *std::move(why));
  else if (waiting_.empty() && !no_room(now))
    accept(x, from, answer_to);
  else
    wait(x, from, answer_to);
}

void topic_state::wait(const batch_ptr& x, const client_actor& from,
                       ticket answer_to) {
  const auto now = self->clock().now();
  const auto others = settings.memory->waiting();
  if (others > 0 && others + block_memory_of(*x) > settings.waiting_share()) {
    // Clients leave what they have published behind.
    std::string why = "memory for publishes that wait is full";
    settings.memory->refused(why, now);
    self->send(from, atom::refused_v, answer_to, std::move(why));
    return;
  }
  const auto first = waiting_.empty();
  waiting_.add(x, from, answer_to, now, settings.memory);
  // It may have been its own memory that was too much.
  if (first)
    admit_waiting();
  if (!waiting_.empty())
    arm();
}

void topic_state::accept(const batch_ptr& x, const client_actor& from,
                         ticket answer_to) {
  if (store)
    reserve_numbers();
  x->taken = published_ = self->clock().now();
  for (auto& item : x->items) {
    item.body->number_from(numbers.take(item.body->count()));
    messages += item.body->count();
    bytes += item.body->bytes();
  }
  const auto holds = holding();
  if (mode == config::sync_mode::always && store
      && (holds || channels.any_stored())) {
    append(x, from, answer_to);
    return;
  }
  if (holds) {
    hold(*x);
    held.talk(self, queue_keeper::reading::due);
    if (held.flush_at())
      arm();
  } else {
    hand_out(x);
  }
  self->send(from, atom::accepted_v, answer_to);
}

void topic_state::admit_waiting() {
  waiting_.admit(
    self->clock().now(),
    [this](const publish_line::put& x) {
      return !no_room(look(count_of(*x.body)));
    },
    [this](const publish_line::put& x) {
      accept(x.body, x.from, x.answer_to);
    });
}

void topic_state::look_at_disk(queue::time_point now) {
  if (const auto commits = settings.health->commits();
      std::exchange(seen_commits_, commits) != commits) {
    waiting_.progress(now);
    appends_.progress(now);
  }
}

/// Refuses those that have waited long enough for room.
void topic_state::give_up(publish_line::list which, queue::time_point now) {
  if (which.empty())
    return;
  const auto seen = look(count_of(*which.front().body));
  const auto memory = no_memory(seen);
  if (!memory) {
    const auto other = no_room(seen);
    refuse(std::move(which), other ? other->why : std::string{});
    return;
  }
  auto why = memory->why;
  if (auto holders = settings.memory->holders(); !holders.empty())
    why += ": " + holders;
  settings.memory->refused(why, now);
  refuse(std::move(which), why);
}

void topic_state::refuse(publish_line::list which, const std::string& why) {
  if (which.empty())
    return;
  log::warn("TOPIC({}): refused {} publishes - {}", key, which.size(), why);
  for (const auto& x : which)
    self->send(x.from, atom::refused_v, x.answer_to, why);
}

/// Moves the mark ahead long before the numbers reach it.
void topic_state::reserve_numbers() {
  const auto mark = numbers.wanted_mark();
  if (!mark)
    return;
  self->request(store, caf::infinite, atom::reserve_v, key, *mark)
    .then(
      [this](uint64_t reserved) {
        numbers.reserved(reserved);
        go_on();
      },
      [this](const caf::error&) { numbers.not_reserved(); });
}

} // namespace cafq
