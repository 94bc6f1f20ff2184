#include "actors/actor_support.hpp"
#include "actors/queue/block_packer.hpp"
#include "actors/store.hpp"

#include <utility>

namespace cafq {

namespace {

/// Bytes up to which appends of a topic share a group, and so a transaction.
constexpr size_t enough_bytes = size_t{4} << 20U;

/// Bytes of one group with a copy for each channel: as in a transaction.
constexpr size_t most_together = size_t{8} << 20U;

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

size_t bytes_of(const queue::publications& items) {
  size_t result = 0;
  for (const auto& x : items)
    result += x.body->bytes();
  return result;
}

} // namespace

void store_state::append(const append_ptr& x, const appender_actor& from) {
  commit_soon();
  const auto bytes = bytes_of(x->what->items);
  const auto i = open_.find(x->topic);
  if (i != open_.end()
      && (x->from != 0 || i->second.last->from != 0
          || x->held != i->second.last->held || x->id != i->second.last->id + 1
          || i->second.bytes + bytes > enough_bytes))
    stage_appends(x->topic);
  auto& open = open_[x->topic];
  if (!open.last) {
    open.first = x->id;
    open.from = from;
  }
  open.last = x;
  open.items.insert(open.items.end(), x->what->items.begin(),
                    x->what->items.end());
  open.bytes += bytes;
  size_t messages = 0;
  for (const auto& item : x->what->items)
    messages += item.body->count();
  if (schedule_.appended(messages))
    self->send(self, atom::commit_v);
  // Whoever reads the queue behind it must not see what has moved.
  if (x->from != 0)
    stage_appends(x->topic);
}

void store_state::stage_appends() {
  for (auto& [topic, x] : std::exchange(open_, {}))
    stage(std::move(x));
}

/// Before the names of a topic change.
void store_state::stage_appends(const std::string& topic) {
  if (auto node = open_.extract(topic))
    stage(std::move(node.mapped()));
}

void store_state::stage(open_appends x) {
  const auto& last = *x.last;
  const auto moved = last.from != 0;
  const auto topic = names_->queue_of(last.topic);
  if (!topic) {
    refuse(x, "no such topic");
    return;
  }
  if (!health_->ok() && !moved) {
    refuse(x, health_->reason());
    return;
  }
  auto done = std::make_shared<staged_appends>();
  done->from = x.from;
  done->moved = moved;
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
  const auto keep = [&](queue_id id) {
    for (const auto& item : result.what->items) {
      if (item.deferred())
        disk->defer(id, {item.row_ns, item.body});
      else
        disk->keep(id, {item.body, {}});
    }
  };
  const auto together = [&](auto&& stage_some) {
    disk->begin_group();
    stage_some();
    disk->end_group();
  };
  const auto stage_all = [&](auto&& stage_one) {
    if (last.held)
      stage_one(result.held);
    for (const auto& [channel, id] : result.channels)
      stage_one(id);
  };
  // What comes is there as a whole or not at all. Of very many copies that goes
  // for each: one transaction would take the memory of all of them, and nothing
  // is promised before the last. What moves has to be in one place at any time.
  const auto copies = bytes_of(result.what->items) * result.channels.size();
  if (moved || copies <= most_together)
    together([&] {
      stage_all(keep);
      for (auto first : last.moved.done)
        disk->done(last.from, first);
      for (const auto& key : last.moved.undefer)
        disk->undefer(last.from, key);
    });
  else
    stage_all([&](queue_id id) { together([&] { keep(id); }); });
  staged_.push_back(done);
  when_durable([this, done] {
    if (std::exchange(done->ended, true))
      return;
    std::erase(staged_, done);
    self->send(done->from, atom::appended_v, done->result);
  });
}

void store_state::refuse(const open_appends& x, const std::string& why) {
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
  if (x.result->held != 0)
    drop(x.result->held);
  for (const auto& [channel, id] : x.result->channels)
    drop(id);
}

} // namespace cafq
