#include "actors/topic.hpp"

#include "actors/actor_support.hpp"
#include "actors/channel.hpp"
#include "actors/in_turn.hpp"
#include "actors/unix_time.hpp"
#include "net/protocol/names.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

namespace cafq {

namespace {

/// How often waiting publishes look for room that no channel reports: memory
/// that other queues gave back.
constexpr auto look_again = std::chrono::milliseconds{50};

/// Bytes that the store is to write for publishes; more wait before it.
constexpr size_t most_appending = size_t{32} << 20U;

} // namespace

topic_state::topic_state(topic_actor::pointer ptr) : self(ptr) {
  // nop
}

void topic_state::put(const batch_ptr& x, const client_actor& from,
                      ticket answer_to) {
  if (auto why = unwelcome(); !why.empty()) {
    self->send(from, atom::refused_v, answer_to, std::move(why));
    return;
  }
  if (waiting_.empty() && !no_room()) {
    accept(x, from, answer_to);
    return;
  }
  const auto others = settings.memory->waiting();
  if (others > 0 && others + block_memory_of(*x) > settings.waiting_share()) {
    // Clients leave what they have published behind.
    std::string why = "memory for publishes that wait is full";
    settings.memory->refused(why, self->clock().now());
    self->send(from, atom::refused_v, answer_to, std::move(why));
    return;
  }
  const auto first = waiting_.empty();
  waiting_.add(x, from, answer_to, self->clock().now(), settings.memory);
  // It may have been its own memory that was too much.
  if (first)
    admit_waiting();
  if (!waiting_.empty())
    arm();
}

void topic_state::resume(const recovered_topic& x) {
  key = x.name;
  ephemeral = protocol::is_ephemeral(key);
  paused = x.queue.paused;
  turned = self->clock().now();
  if (store) {
    mode = settings.sync->mode_of(key);
    writer_ = std::make_shared<memory_ledger::writer>(settings.memory);
  }
  reserved = x.reserved;
  numbers = queue::number_source{unix_time_us(), x.fresh ? 0 : x.reserved};
  held = make_keeper(label(), x.queue.id);
  held.queue().resume(x.queue.summary.messages, x.queue.summary.deferred,
                      numbers.next() - 1);
  for (const auto& [id, found] : x.channels) {
    channel_start start;
    start.paused = found.paused;
    start.queue = make_keeper(label(id), found.id);
    start.queue.queue().resume(found.summary.messages, found.summary.deferred,
                               numbers.next() - 1);
    add_channel(id, std::move(start));
  }
  if (store)
    reserve_numbers();
  go_on();
}

/// Whether there may be no further channel.
bool topic_state::full() const {
  const auto most = settings.max_channels_per_topic;
  return most > 0 && channels.size() + adding_.size() >= most;
}

caf::result<channel_actor> topic_state::get_channel(const std::string& id) {
  if (auto i = channels.find(id); i != channels.end())
    return i->second.handle;
  if (full() && adding_.count(id) == 0)
    return ec::too_many_channels;
  if (!store || protocol::is_ephemeral(id)) {
    // Its queue lives in memory only, while the topic's may be on disk.
    channel_start start;
    start.queue = make_keeper(label(id), 0);
    auto result = add_channel(id, std::move(start));
    go_on();
    return result;
  }
  auto& waiting = adding_[id];
  waiting.emplace_back(self);
  const auto result = waiting.back().later();
  if (waiting.size() == 1) {
    const auto first = channels.empty() && adding_.size() == 1 && !paused;
    handing_over_ = first;
    self->request(store, caf::infinite, atom::channel_v, key, id, first)
      .then(
        [this, id, first](queue_ids ids) { channel_stored(id, ids, first); },
        [this, id](const caf::error& why) {
          handing_over_ = false;
          for (auto& x : take_waiting(id))
            x.fail(why);
        });
  }
  return result;
}

/// The store has added a channel.
void topic_state::channel_stored(const std::string& id, queue_ids ids,
                                 bool first) {
  channel_start start;
  if (first) {
    handing_over_ = false;
    start.queue = std::exchange(held, make_keeper(label(), ids.topic));
    start.queue.change_owner(ids.channel, label(id));
  } else {
    start.queue = make_keeper(label(id), ids.channel);
  }
  const auto result = add_channel(id, std::move(start));
  for (auto& x : take_waiting(id))
    x.keep(result);
  go_on();
}

channel_actor
topic_state::add_channel(const std::string& id, channel_start start) {
  start.topic = key;
  start.name = id;
  start.life = life;
  start.ephemeral = protocol::is_ephemeral(id);
  log::info("TOPIC({}): new channel({})", key, id);
  const auto short_lived = start.ephemeral;
  auto handle = self->spawn(channel, std::move(start), topic_actor{self},
                            settings);
  self->monitor(handle);
  channels.emplace(id, member{handle, short_lived, 0});
  announce(id, true);
  return handle;
}

queue_keeper topic_state::make_keeper(std::string label, queue_id id) const {
  keeping how;
  // Without a store there is no place to spill to.
  const auto memory = id != 0 ? settings.mem_queue_size : SIZE_MAX;
  if (id != 0)
    how.store = store;
  how.copies = mode == config::sync_mode::interval;
  how.flush_interval = settings.sync_interval / (how.copies ? 2 : 1);
  how.label = std::move(label);
  how.memory = settings.memory;
  how.writer = writer_;
  how.memory_limit = settings.memory_limit;
  how.unix_offset = settings.unix_offset;
  return {std::move(how), memory, id};
}

caf::result<atom::erase> topic_state::erase_channel(const std::string& id) {
  auto i = channels.find(id);
  if (i == channels.end())
    return ec::no_such_channel;
  const auto stored = store && !i->second.ephemeral;
  remove_channel(i);
  if (!stored)
    return atom::erase_v;
  return self->delegate(store, atom::erase_v, key, id);
}

void topic_state::vacate(const channel_actor& which, const std::string& id) {
  auto i = channels.find(id);
  if (i != channels.end() && i->second.handle == which)
    remove_channel(i);
}

void topic_state::remove_channel(std::map<std::string, member>::iterator i) {
  log::info("TOPIC({}): deleting channel {}", key, i->first);
  self->send_exit(i->second.handle, caf::exit_reason::user_shutdown);
  announce(i->first, false);
  channels.erase(i);
  if (ephemeral && channels.empty())
    self->send(node, atom::vacant_v, topic_actor{self}, key);
  admit_waiting();
}

void topic_state::announce(const std::string& id, bool exists) {
  if (settings.discovery)
    self->send(node, atom::channel_v, topic_actor{self}, key, id, exists);
}

void topic_state::lose(const caf::actor_addr& who) {
  // One that was not erased first has failed.
  const auto i = std::find_if(
    channels.begin(), channels.end(),
    [&](const auto& x) { return x.second.handle.address() == who; });
  if (i == channels.end())
    return;
  announce(i->first, false);
  const auto stored = store && !i->second.ephemeral;
  log::error("TOPIC({}): channel {} has failed - {}", key, i->first,
             stored ? "the topic starts again with what is on disk"
                    : "its messages are lost");
  channels.erase(i);
  if (stored)
    fail();
  else
    go_on();
}

/// Ends, with all that is to be saved. The channels do the same when they see
/// it, and NODE starts all of it again.
void topic_state::fail() {
  const auto end = [this] {
    self->quit(ec::failed);
  };
  saving_ = end;
  save_if_asked();
}

void topic_state::save_if_asked() {
  if (saving_ && held.save(self))
    std::exchange(saving_, nullptr)();
}

caf::result<atom::pause> topic_state::pause(bool on) {
  paused = on;
  turned = self->clock().now();
  log::info("TOPIC({}): {}", key, on ? "paused" : "unpaused");
  go_on();
  if (!store)
    return atom::pause_v;
  return self->delegate(store, atom::pause_v, key, std::string{}, on);
}

caf::result<atom::empty> topic_state::empty() {
  // All there is goes to the first channel, and is empty here then.
  if (handing_over_)
    return atom::empty_v;
  held.clear();
  log::info("TOPIC({}): emptied", key);
  if (!store) {
    go_on();
    return atom::empty_v;
  }
  return self->delegate(store, atom::empty_v, key, std::string{},
                        owner_actor{self});
}

void topic_state::renamed(queue_id id) {
  held.renamed(id);
  save_if_asked();
  go_on();
}

void topic_state::fetched(queue_id id, const bodies& x) {
  held.fetched(id, x);
  save_if_asked();
  go_on();
}

caf::result<atom::save> topic_state::save() {
  auto promise = std::make_shared<answer_promise<atom::save>>(self);
  const auto result = promise->later();
  auto left = std::make_shared<size_t>(2);
  const auto half_done = [promise, left] {
    if (--*left == 0)
      promise->keep(atom::save_v);
  };
  saving_ = half_done;
  save_if_asked();
  std::vector<channel_actor> all;
  for (const auto& [id, x] : channels)
    all.push_back(x.handle);
  in_turn<channel_actor>::begin(
    std::move(all),
    [this](const channel_actor& x, const std::function<void()>& answered) {
      self->request(x, caf::infinite, atom::save_v)
        .then([answered](atom::save) { answered(); },
              [answered](const caf::error&) { answered(); });
    },
    half_done);
  return result;
}

void topic_state::add_room(const std::string& id, uint64_t count) {
  if (auto i = channels.find(id); i != channels.end()) {
    auto& outstanding = i->second.outstanding;
    outstanding -= std::min(outstanding, count);
  }
  go_on();
}

void topic_state::go_on() {
  if (!paused && !channels.empty())
    hand_out_held();
  using reading = queue_keeper::reading;
  const auto emptying = !paused && !channels.empty() && holding();
  held.talk(self, emptying ? reading::all : reading::due);
  admit_waiting();
  if (held.flush_at())
    arm();
}

void topic_state::tick() {
  armed_ = false;
  go_on();
  const auto now = self->clock().now();
  if (store)
    look_at_disk(now);
  if (appends_.overdue(now, publish_line::patience))
    refuse_appending("the disk does not answer");
  if (auto why = unwelcome(); !why.empty())
    refuse(waiting_.take_all(), why);
  give_up(waiting_.overdue(now, body_budget::waiting() > 0), now);
  if (!waiting_.empty() || !appends_.empty())
    arm();
}

std::optional<topic_state::obstacle> topic_state::no_memory() const {
  const auto memory = [](std::string why) {
    return obstacle{actor_state::topic_memory_limit,
                    awaited::outside(awaited::cause::memory), std::move(why)};
  };
  // If those that wait counted, they would all wait for each other.
  const auto waiting = settings.memory->waiting();
  if (message_memory() >= settings.memory_limit + waiting)
    return memory("memory limit of the node reached");
  if (!store && settings.memory->unstorable() >= settings.unstorable_share())
    return memory("memory for messages that cannot be stored is full");
  if (writer_ && writer_->enough())
    return behind_store("the disk is too slow");
  return std::nullopt;
}

topic_state::obstacle topic_state::behind_store(std::string why) const {
  return {actor_state::topic_waits_for_store,
          awaited::some_actor(store ? store.id() : 0), std::move(why)};
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
  const auto memory = no_memory();
  if (!memory) {
    const auto other = no_room();
    refuse(std::move(which), other ? other->why : std::string{});
    return;
  }
  auto why = memory->why;
  if (auto holders = settings.memory->holders(); !holders.empty())
    why += ": " + holders;
  settings.memory->refused(why, now);
  refuse(std::move(which), why);
}

std::optional<topic_state::obstacle> topic_state::no_room() const {
  if (auto why = no_memory())
    return why;
  if (!may_number())
    return obstacle{actor_state::topic_unnumbered,
                    awaited::some_actor(store.id()),
                    "message numbers not reserved yet"};
  if (appends_.bytes() >= most_appending)
    return behind_store("the disk is too slow");
  if (letting_go())
    return behind_store("messages held are on their way to the channels");
  const auto full = store ? transit_window
                          : std::max<uint64_t>(settings.mem_queue_size, 1);
  if (holding()) {
    if (ephemeral || held.unplaced() < full)
      return std::nullopt;
    // Without a store, room is made by whoever unpauses it or subscribes.
    auto why = store ? behind_store({}) : situation_of_held();
    why.why = "memory queue of topic full";
    return why;
  }
  for (const auto& [id, x] : channels)
    if (!x.ephemeral && x.outstanding >= full)
      return obstacle{actor_state::topic_waits_for_channel,
                      awaited::some_actor(x.handle.id()),
                      "memory queue of channel " + id + " full"};
  return std::nullopt;
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
  if (mode == config::sync_mode::always && needs_store()) {
    append(x, from, answer_to);
    return;
  }
  if (holding()) {
    hold(*x);
    held.talk(self, queue_keeper::reading::due);
    if (held.flush_at())
      arm();
  } else {
    hand_out(x);
  }
  self->send(from, atom::accepted_v, answer_to);
}

/// @param stored Which queues of the store have these messages already.
void topic_state::hand_out(const batch_ptr& x, const cafq::appended* stored) {
  uint64_t count = 0;
  for (const auto& item : x->items)
    count += item.body->count();
  for (auto& [id, to] : channels) {
    to.outstanding += count;
    if (stored)
      if (auto i = stored->channels.find(id); i != stored->channels.end()) {
        self->send(to.handle, atom::put_v, x, i->second);
        continue;
      }
    self->send(to.handle, atom::put_v, x);
  }
}

void topic_state::admit_waiting() {
  waiting_.admit(
    self->clock().now(), [this] { return !no_room(); },
    [this](const publish_line::put& x) {
      accept(x.body, x.from, x.answer_to);
    });
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
  if (reserving_ || numbers.next() + queue::number_source::step / 2 < reserved)
    return;
  reserving_ = true;
  self->request(store, caf::infinite, atom::reserve_v, key, numbers.next_mark())
    .then(
      [this](uint64_t mark) {
        reserving_ = false;
        reserved = mark;
        go_on();
      },
      [this](const caf::error&) { reserving_ = false; });
}

void topic_state::arm() {
  if (std::exchange(armed_, true))
    return;
  queue::duration wait = look_again;
  if (held.flush_at())
    wait = std::clamp(*held.flush_at() - self->clock().now(), queue::duration{},
                      wait);
  self->delayed_send(self, wait, atom::tick_v);
}

topic_actor::behavior_type
topic(counting_pointer<topic_actor, topic_state> self,
      const recovered_topic& start, const node_actor& node,
      const store_actor& store, const node_settings& settings,
      const topic_life_ptr& life) {
  log_exceptions(self, "TOPIC(" + start.name + ")");
  auto& st = self->state;
  st.node = node;
  st.store = store;
  st.parent = node.id();
  st.life = life;
  st.settings = settings;
  self->set_exit_handler([self](const caf::exit_msg& x) {
    // Unless it is a failure, which they see.
    if (x.reason == caf::exit_reason::user_shutdown)
      for (auto& [id, channel] : self->state.channels)
        self->send_exit(channel.handle, x.reason);
    self->quit(x.reason);
  });
  self->set_down_handler(
    [self](const caf::down_msg& x) { self->state.lose(x.source); });
  st.resume(start);
  return {
    one_way([self](atom::kept, queue_id id, uint64_t messages) {
      self->state.held.kept(id, messages);
      self->state.go_on();
    }),
    one_way([self](atom::load, queue_id id, const blocks_ptr& x) {
      self->state.held.loaded(id, *x);
      self->state.go_on();
    }),
    one_way([self](atom::due, queue_id id, const due_messages_ptr& x) {
      self->state.held.loaded(id, *x);
      self->state.go_on();
    }),
    one_way([self](atom::fetch, queue_id id, const bodies_ptr& x) {
      self->state.fetched(id, *x);
    }),
    one_way([self](atom::empty, queue_id id) { self->state.renamed(id); }),
    one_way([self](atom::shed) {
      self->state.held.shed(self);
      self->state.go_on();
    }),
    one_way([self](atom::appended, const appended_ptr& x) {
      self->state.appended(*x);
    }),
    one_way([self](atom::put, const batch_ptr& x, const client_actor& from,
                   ticket t) { self->state.put(x, from, t); }),
    [self](atom::channel, const std::string& id) {
      return self->state.get_channel(id);
    },
    [self](atom::find, const std::string& id) -> caf::result<channel_actor> {
      auto i = self->state.channels.find(id);
      if (i == self->state.channels.end())
        return ec::no_such_channel;
      return i->second.handle;
    },
    [self](atom::list) {
      std::vector<channel_actor> result;
      for (const auto& [id, x] : self->state.channels)
        result.push_back(x.handle);
      return result;
    },
    [self](atom::erase, const std::string& id) {
      return self->state.erase_channel(id);
    },
    [self](atom::peek, const queue::peek_request& what) -> peek_answer_ptr {
      return std::make_shared<peek_answer>(self->state.held.peek(self, what));
    },
    [self](atom::pause, bool on) { return self->state.pause(on); },
    [self](atom::empty) { return self->state.empty(); },
    [self](atom::save) { return self->state.save(); },
    [self](atom::stat) { return self->state.stat(); },
    [self](atom::room, const std::string& id, uint64_t count) {
      self->state.add_room(id, count);
    },
    [self](atom::room, const std::string& id, bool full) {
      auto& all = self->state.channels;
      if (auto i = all.find(id); i != all.end())
        i->second.full = full;
    },
    [self](atom::vacant, const channel_actor& which, const std::string& id) {
      self->state.vacate(which, id);
    },
    one_way([self](atom::tick) { self->state.tick(); }),
  };
}

} // namespace cafq
