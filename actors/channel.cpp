#include "actors/channel.hpp"

#include "actors/actor_support.hpp"

#include <utility>

namespace cafq {

channel_state::channel_state(channel_actor::pointer ptr) : self(ptr) {
  // nop
}

channel_state::~channel_state() {
  // A topic outlives many ephemeral channels, and CAF keeps what each asked
  // for.
  if (topic)
    self->demonitor(topic.address());
}

void channel_state::renamed(queue_id id) {
  keeper.renamed(id);
  if (keeper.where() == queue_keeper::place::awaiting_id)
    return;
  for (const auto& [x, from] : std::exchange(undecided_, {})) {
    if (from == 0)
      accept(*x);
    else
      accept_stored(*x, from);
  }
  save_if_asked();
  pump();
}

caf::result<atom::pause> channel_state::pause(bool on) {
  paused = on;
  turned = self->clock().now();
  log::info("CHANNEL({}): {}", key, on ? "paused" : "unpaused");
  pump();
  if (!keeper.store())
    return atom::pause_v;
  return self->delegate(keeper.store(), atom::pause_v, topic_name, key, on);
}

caf::result<atom::empty> channel_state::empty() {
  keeper.clear();
  for (const auto& [x, from] : std::exchange(undecided_, {}))
    for (const auto& item : x->items)
      room_.came(item.body->count());
  for (auto& [id, x] : consumers) {
    x.has_less(x.in_flight);
    consumers.line_up(x);
  }
  log::info("CHANNEL({}): emptied", key);
  pump();
  if (!keeper.store())
    return atom::empty_v;
  return self->delegate(keeper.store(), atom::empty_v, topic_name, key,
                        owner_actor{self});
}

caf::result<atom::save> channel_state::save() {
  if (keeper.save(self))
    return atom::save_v;
  saving_ = answer_promise<atom::save>{self};
  return saving_.later();
}

void channel_state::leave(const caf::error& why) {
  leaving_ = why;
  save_if_asked();
}

void channel_state::save_if_asked() {
  if ((!saving_.pending() && !leaving_) || !keeper.save(self))
    return;
  saving_.keep(atom::save_v);
  if (leaving_)
    self->quit(leaving_);
}

void channel_state::fetched(queue_id id, const bodies& x) {
  keeper.fetched(id, x);
  pump();
  save_if_asked();
}

void channel_state::shed() {
  keeper.shed(self);
  pump();
}

void channel_state::tick() {
  const auto now = self->clock().now();
  tick_.came(now);
  timed_out_.clear();
  queue().expire(now, timed_out_, keeper.may_hold(settings));
  for (auto id : timed_out_) {
    if (auto* x = consumers.find(id)) {
      x->has_less(1);
      consumers.line_up(*x);
    }
  }
  pump();
}

namespace {

using channel_pointer = counting_pointer<channel_actor, channel_state>;

/// A row for each message.
channel_actor::behavior_type handlers_of(channel_pointer self) {
  return {
    one_way([self](atom::kept, queue_id id, uint64_t messages) {
      self->state.keeper.kept(id, messages);
      self->state.pump();
    }),
    one_way([self](atom::load, queue_id id, const blocks_ptr& x) {
      self->state.keeper.loaded(id, *x);
      self->state.pump();
    }),
    one_way([self](atom::due, queue_id id, const due_messages_ptr& x) {
      self->state.keeper.loaded(id, *x);
      self->state.tick();
    }),
    one_way([self](atom::fetch, queue_id id, const bodies_ptr& x) {
      self->state.fetched(id, *x);
    }),
    [self](atom::empty, queue_id id) { self->state.renamed(id); },
    [self](atom::shed) { self->state.shed(); },
    one_way([self](atom::put, const batch_ptr& x) { self->state.put(x); }),
    one_way([self](atom::put, const batch_ptr& x, queue_id id) {
      self->state.put_stored(x, id);
    }),
    [self](atom::sub, const client_actor& client,
           const subscription& how) -> caf::result<atom::sub> {
      if (auto err = self->state.subscribe(client, how))
        return err;
      return atom::sub_v;
    },
    one_way([self](atom::rdy, consumer_id id, size_t count) {
      self->state.set_ready_count(id, count);
    }),
    one_way(
      [self](atom::fin, consumer_id by, ticket to, const numbers_ptr& which) {
        self->state.finish(by, to, *which);
      }),
    one_way(
      [self](atom::req, consumer_id by, ticket to, const requeues_ptr& which) {
        self->state.requeue(by, to, *which);
      }),
    one_way(
      [self](atom::touch, consumer_id by, ticket to, const numbers_ptr& which) {
        self->state.touch(by, to, *which);
      }),
    one_way([self](atom::sent, consumer_id id, uint64_t bytes) {
      self->state.sent(id, bytes);
    }),
    [self](atom::peek, const queue::peek_request& what) {
      return self->state.peek(what);
    },
    [self](atom::pause, bool on) { return self->state.pause(on); },
    [self](atom::empty) { return self->state.empty(); },
    [self](atom::save) { return self->state.save(); },
    [self](atom::stat) { return self->state.stat(); },
    one_way([self](atom::tick) { self->state.tick(); }),
  };
}

} // namespace

channel_actor::behavior_type
channel(counting_pointer<channel_actor, channel_state> self,
        channel_start start, const topic_actor& topic,
        const node_settings& settings) {
  log_exceptions(self, "CHANNEL(" + start.name + ")");
  auto& st = self->state;
  st.topic_name = std::move(start.topic);
  st.key = std::move(start.name);
  st.ephemeral = start.ephemeral;
  st.paused = start.paused;
  st.turned = self->clock().now();
  st.keeper = std::move(start.queue);
  st.life = std::move(start.life);
  st.topic = topic;
  st.parent = topic.id();
  st.settings = settings;
  if (settings.latency_window > queue::duration{0})
    st.latency
      = std::make_unique<queue::latency_window>(settings.latency_window);
  self->set_down_handler([self](const caf::down_msg& x) {
    if (x.source == self->state.topic.address())
      self->state.leave(x.reason);
    else
      self->state.unsubscribe(x.source.id());
  });
  self->monitor(topic);
  st.pump();
  return handlers_of(self);
}

} // namespace cafq
