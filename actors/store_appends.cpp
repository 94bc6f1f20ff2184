#include "actors/actor_support.hpp"
#include "actors/queue/block_packer.hpp"
#include "actors/store.hpp"

#include <utility>

namespace cafq {

namespace {

/// Bytes to stage of what topics append before a commit: what comes meanwhile
/// waits for about as much.
constexpr size_t most_in_turn = append_line::most_together;

/// Packs small blocks. Deferred messages are rows of their own.
queue::publications pack(queue::publications items) {
  queue::block_packer packer;
  queue::publications result;
  for (auto& x : items) {
    if (x.deferred())
      result.push_back(std::move(x));
    else
      packer.add(std::move(x.body));
  }
  for (auto& body : packer.take())
    result.push_back({std::move(body), {}});
  return result;
}

} // namespace

void store_state::append(const append_ptr& x, const appender_actor& from) {
  commit_soon();
  if (!line_.join(x))
    line_.open(x, from, x->held ? 1 : names_->channels_of(x->topic).size());
  size_t messages = 0;
  for (const auto& item : x->what->items)
    messages += item.body->count();
  if (schedule_.appended(messages))
    self->send(self, atom::commit_v);
  // Whoever reads the queue behind it must not see what has moved.
  if (x->from != 0)
    stage_appends(x->topic);
}

void store_state::stage_turn() {
  line_.turn(most_in_turn, [this](const append_line::piece& x) { stage(x); });
}

void store_state::stage_rest(append_line::run& x) {
  const auto first = std::exchange(x.done, x.queues);
  stage({x, first, x.queues - first});
}

/// Before the names of a topic change.
void store_state::stage_appends(const std::string& topic) {
  for (auto& x : line_.take(topic))
    stage_rest(x);
}

void store_state::stage_all() {
  for (auto& x : line_.take())
    stage_rest(x);
}

std::shared_ptr<store_state::staged_appends>
store_state::begin_staging(append_line::run& x) {
  const auto& last = *x.last;
  auto done = std::make_shared<staged_appends>();
  done->from = x.from;
  done->moved = last.from != 0;
  const auto topic = names_->queue_of(last.topic);
  if (!topic || (!health_->ok() && !done->moved)) {
    refuse(x, topic ? health_->reason() : "no such topic");
    done->ended = true;
    return done;
  }
  done->result.reset(new appended);
  auto& result = *done->result;
  result.first = x.first;
  result.last = last.id;
  result.what.reset(new batch);
  result.what->items = pack(std::move(x.items));
  for (auto& item : result.what->items)
    if (item.deferred())
      item.row_ns = (item.due.time_since_epoch() + last.unix_offset).count();
  if (last.held)
    result.held = *topic;
  else
    result.channels = names_->channels_of(last.topic);
  if (last.held)
    done->queues.push_back(*topic);
  for (const auto& [channel, id] : result.channels)
    done->queues.push_back(id);
  staged_.push_back(done);
  return done;
}

void store_state::keep(queue_id id, const queue::publications& items) {
  for (const auto& item : items) {
    if (item.deferred())
      disk->defer(id, {item.row_ns, item.body});
    else
      disk->keep(id, {item.body, {}});
  }
}

// What comes is there as a whole or not at all. Of very many copies that goes
// for each: one transaction would take the memory of all of them, and nothing
// is promised before the last. What moves has to be in one place at any time.
void store_state::stage(const append_line::piece& x) {
  const auto& last = *x.of.last;
  const auto together = x.of.together();
  auto& done = spreading_[last.topic];
  if (x.first == 0)
    done = begin_staging(x.of);
  if (together)
    disk->begin_group();
  for (auto i = x.first; i < x.first + x.count && !done->ended; ++i) {
    if (!together)
      disk->begin_group();
    keep(done->queues.at(i), done->result->what->items);
    ++done->kept;
    if (!together)
      disk->end_group();
  }
  if (!done->ended) {
    for (auto first : last.moved.done)
      disk->done(last.from, first);
    for (const auto& key : last.moved.undefer)
      disk->undefer(last.from, key);
  }
  if (together)
    disk->end_group();
  if (!x.of.ended())
    return;
  when_durable([this, done = done] {
    if (std::exchange(done->ended, true))
      return;
    std::erase(staged_, done);
    self->send(done->from, atom::appended_v, done->result);
  });
  spreading_.erase(last.topic);
}

void store_state::refuse(const append_line::run& x, const std::string& why) {
  appended_ptr result{new appended};
  result->first = x.first;
  result->last = x.last->id;
  result->failure = why;
  self->send(x.from, atom::appended_v, std::move(result));
}

/// A commit found no room: nobody waits for publishes that may never be on
/// disk. Those that are not there never will be.
void store_state::take_back_appends(const std::string& why) {
  for (const auto& x : std::exchange(staged_, {})) {
    if (x->moved) {
      staged_.push_back(x);
      continue;
    }
    take_back(*x);
    x->ended = true;
    appended_ptr result{new appended};
    result->first = x->result->first;
    result->last = x->result->last;
    result->failure = why;
    self->send(x->from, atom::appended_v, std::move(result));
  }
}

void store_state::take_back(const staged_appends& x) {
  const auto drop = [&](queue_id id) {
    for (const auto& item : x.result->what->items) {
      const auto number = item.body->first_number();
      if (item.deferred())
        disk->undefer(id, {item.row_ns, number});
      else
        disk->done(id, number);
    }
  };
  for (size_t i = 0; i < x.kept; ++i)
    drop(x.queues.at(i));
}

} // namespace cafq
