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

} // namespace

topic_state::topic_state(topic_actor::pointer ptr) : self(ptr) {
  // nop
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
  numbers = queue::number_source{unix_time_us(), x.fresh ? 0 : x.reserved,
                                 store ? x.reserved
                                       : queue::number_source::no_mark};
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
  save_channels(half_done);
  return result;
}

void topic_state::save_channels(std::function<void()> done) {
  in_turn<channel_actor>::begin(
    all_channels(),
    [this](const channel_actor& x, const std::function<void()>& answered) {
      self->request(x, caf::infinite, atom::save_v)
        .then([answered](atom::save) { answered(); },
              [answered](const caf::error&) { answered(); });
    },
    std::move(done));
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
  if (const auto why = unwelcome(look()))
    refuse(waiting_.take_all(), *why);
  give_up(waiting_.overdue(now, body_budget::waiting() > 0), now);
  if (!waiting_.empty() || !appends_.empty())
    arm();
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

namespace {

using topic_pointer = counting_pointer<topic_actor, topic_state>;

uint64_t sender_of(topic_pointer self) {
  const auto& sender = self->current_sender();
  return sender ? sender->id() : 0;
}

/// A row for each message.
topic_actor::behavior_type handlers_of(topic_pointer self) {
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
    [self](atom::find, const std::string& id) {
      return self->state.find_channel(id);
    },
    [self](atom::list) { return self->state.all_channels(); },
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
      self->state.channels.placed(id, sender_of(self), count);
      self->state.go_on();
    },
    [self](atom::room, const std::string& id, bool full) {
      self->state.channels.is_full(id, sender_of(self), full);
    },
    [self](atom::vacant, const channel_actor& which, const std::string& id) {
      self->state.vacate(which, id);
    },
    one_way([self](atom::tick) { self->state.tick(); }),
  };
}

} // namespace

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
      for (const auto& [id, channel] : self->state.channels)
        self->send_exit(channel.handle, x.reason);
    self->quit(x.reason);
  });
  self->set_down_handler(
    [self](const caf::down_msg& x) { self->state.lose(x.source.id()); });
  st.resume(start);
  return handlers_of(self);
}

} // namespace cafq
