#include "actors/channel.hpp"

#include "actors/actor_support.hpp"
#include "actors/metrics.hpp"

#include <algorithm>
#include <utility>

namespace cafq {

namespace {

/// A tick further away is split, so that few ticks are under way at a time:
/// CAF 0.17 cannot cancel one when an earlier deadline comes up.
constexpr auto longest_tick = std::chrono::seconds{5};

/// Messages given to one consumer at a time: what they take is counted behind
/// each.
constexpr size_t most_given = 4096;

/// How often one that may give out no more looks for memory that other channels
/// gave back.
constexpr auto look_again = std::chrono::milliseconds{50};

/// Size of a message frame without the body (net/protocol/frame.hpp).
constexpr size_t frame_overhead = 34;

/// A channel measures one delivery per so much time, so that this costs nothing
/// at high rates and misses nothing at low ones.
constexpr auto sample_interval = std::chrono::milliseconds{1};

} // namespace

channel_state::channel_state(channel_actor::pointer ptr) : self(ptr) {
  // nop
}

channel_state::~channel_state() {
  // A topic outlives many ephemeral channels, and CAF keeps what each asked
  // for.
  if (topic)
    self->demonitor(topic.address());
}

void channel_state::put(const batch_ptr& x) {
  if (undecided_.empty())
    accept(*x);
  else
    undecided_.emplace_back(x, 0);
  pump();
}

void channel_state::put_stored(const batch_ptr& x, queue_id id) {
  if (keeper.where() == queue_keeper::place::awaiting_id)
    undecided_.emplace_back(x, id);
  else
    accept_stored(*x, id);
  pump();
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

void channel_state::accept_stored(const batch& x, queue_id id) {
  const auto hold = keeper.may_hold(settings);
  for (const auto& item : x.items) {
    put_ += item.body->count();
    if (!keeper.is(id))
      continue; // emptied
    if (item.deferred())
      queue().defer_stored(item.body, item.due, item.row_ns);
    else
      queue().put_stored(item.body, hold);
  }
}

void channel_state::accept(const batch& x) {
  keeper.came(x.taken != queue::time_point{} ? x.taken : self->clock().now());
  const auto hold = keeper.may_hold(settings);
  for (const auto& item : x.items) {
    if (item.deferred()) {
      keeper.look_at_clock();
      put_ += item.body->count();
      queue().defer(item.body, item.due, hold);
      continue;
    }
    if (ephemeral && overfull()) {
      dropped += item.body->count();
      continue;
    }
    put_ += item.body->count();
    queue().put(item.body, hold);
  }
}

bool channel_state::overfull() const {
  if (keeper.over_share(settings.unstorable_share()))
    return true;
  const auto depth = queue().depth();
  if (depth < settings.mem_queue_size)
    return false;
  // What consumers take at once needs no place.
  auto most = settings.mem_queue_size;
  if (!paused)
    for (const auto& [id, x] : consumers)
      most += x.credit();
  return depth >= most;
}

caf::error
channel_state::subscribe(const client_actor& client, const subscription& how) {
  const auto limit = settings.max_channel_consumers;
  if (limit > 0 && consumers.size() >= limit)
    return ec::too_many_consumers;
  queue::consumer x;
  x.id = client.id();
  x.msg_timeout = how.msg_timeout;
  x.touch_timeout = how.touch_timeout;
  x.sample_rate = how.sample_rate;
  consumers.add(x);
  clients.try_emplace(x.id, client, how.who);
  self->monitor(client);
  return {};
}

void channel_state::unsubscribe(consumer_id id) {
  if (!consumers.remove(id))
    return;
  clients.erase(id);
  if (consumers.size() == 0)
    deserted_ = self->clock().now();
  if (ephemeral && consumers.size() == 0)
    self->send(topic, atom::vacant_v, channel_actor{self}, key);
}

void channel_state::set_ready_count(consumer_id id, size_t count) {
  if (auto* x = consumers.find(id)) {
    x->rdy = count;
    consumers.line_up(*x);
    pump();
  }
}

void channel_state::finish(consumer_id by, ticket answer_to,
                           const numbers& which) {
  failures_ptr failed;
  size_t done = 0;
  const auto now = latency ? self->clock().now() : queue::time_point{};
  for (auto number : which.list) {
    const auto published = latency ? queue().published_ns(number)
                                   : std::nullopt;
    if (auto why = queue().finish(number, by); why == queue::settled::ok) {
      ++done;
      if (published)
        latency->add(now, age(*published, now));
    } else {
      note(failed, settling::fin, number, why);
    }
  }
  settle(by, done, &queue::consumer::finished);
  answer(by, answer_to, std::move(failed));
}

queue::duration
channel_state::age(int64_t published_ns, queue::time_point now) const {
  return now.time_since_epoch() + settings.unix_offset()
         - queue::duration{published_ns};
}

void channel_state::requeue(consumer_id by, ticket answer_to,
                            const requeues& which) {
  failures_ptr failed;
  size_t done = 0;
  keeper.look_at_clock();
  const auto now = self->clock().now();
  for (const auto& x : which.list) {
    auto why = queue().requeue(x.number, by, x.delay, now,
                               keeper.may_hold(settings));
    if (why == queue::settled::ok)
      ++done;
    else
      note(failed, settling::req, x.number, why);
  }
  settle(by, done, &queue::consumer::requeued);
  answer(by, answer_to, std::move(failed));
}

void channel_state::touch(consumer_id by, ticket answer_to,
                          const numbers& which) {
  failures_ptr failed;
  const auto now = self->clock().now();
  auto* x = consumers.find(by);
  const auto timeout = x ? x->touch_timeout : queue::duration{};
  for (auto number : which.list) {
    auto why = queue().touch(number, by, timeout, settings.max_msg_timeout,
                             now);
    if (why != queue::settled::ok)
      note(failed, settling::touch, number, why);
  }
  answer(by, answer_to, std::move(failed));
}

void channel_state::sent(consumer_id id, uint64_t bytes) {
  if (auto* x = consumers.find(id)) {
    x->sent_bytes = std::max(x->sent_bytes, bytes);
    consumers.line_up(*x);
    pump();
  }
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
      put_ += item.body->count();
  for (auto& [id, x] : consumers) {
    x.in_flight = 0;
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
  // A tick that an earlier one made superfluous leaves that one armed.
  if (armed_ && *armed_ <= now)
    armed_.reset();
  timed_out_.clear();
  queue().expire(now, timed_out_, keeper.may_hold(settings));
  for (auto id : timed_out_) {
    if (auto* x = consumers.find(id)) {
      --x->in_flight;
      consumers.line_up(*x);
    }
  }
  pump();
}

void channel_state::pump() {
  // An even share for all in line, so that one with a large RDY does not take
  // it all; what some could not take is shared again.
  size_t turns = 0;
  size_t share = 0;
  while (!paused && queue().available() > 0 && may_give_out()) {
    if (turns == 0) {
      turns = std::max<size_t>(consumers.waiting(), 1);
      share = (queue().available() + turns - 1) / turns;
    }
    auto* x = consumers.next();
    if (!x)
      break;
    --turns;
    serve(*x, std::min({x->credit(), share, most_given}));
    consumers.line_up(*x);
    keeper.count_bookkeeping();
  }
  using reading = queue_keeper::reading;
  // Without memory to spare, only for those that wait for it.
  const auto reads = !paused
                     && (settings.memory_to_spare() ? consumers.size()
                                                    : consumers.waiting())
                          > 0;
  keeper.talk(self, reads ? reading::blocks : reading::due);
  report_room();
  arm();
}

void channel_state::serve(queue::consumer& to, size_t max_messages) {
  queue::channel_queue::taker taker{to.id, to.msg_timeout, {}};
  if (to.sample_rate > 0) {
    // nsqd keeps a message when a number of 0 to 99 is not above the rate.
    taker.keep = [this, rate = to.sample_rate] {
      return std::uniform_int_distribution{0, 99}(sampling_) <= rate;
    };
  }
  delivery_ptr result{new delivery};
  const auto now = self->clock().now();
  const auto taken = queue().take(taker, max_messages, to.credit_bytes(), now,
                                  result->runs);
  if (taken.messages == 0)
    return;
  served_ = now;
  sample(result->runs.front(), now);
  to.in_flight += taken.messages;
  to.messages += taken.messages;
  to.given_bytes += taken.bytes + taken.messages * frame_overhead;
  if (to.given_bytes - to.asked_bytes >= queue::consumer::window_bytes / 2) {
    to.asked_bytes = to.given_bytes;
    result->report = to.given_bytes;
  }
  self->send(clients.at(to.id).first, atom::deliver_v, std::move(result));
}

void channel_state::sample(const queue::run& first, queue::time_point now) {
  if (now - sampled_ < sample_interval || first.attempts != 1)
    return;
  sampled_ = now;
  const std::chrono::duration<double> took
    = age(first.body->timestamp_ns(first.first), now);
  metrics().delivery.Observe(std::max(took.count(), 0.0));
}

void channel_state::note(failures_ptr& failed, settling command,
                         uint64_t number, queue::settled why) {
  if (!failed) {
    failed.reset(new failures);
    failed->command = command;
  }
  failed->list.push_back({number, why});
}

void channel_state::settle(consumer_id by, size_t count,
                           uint64_t queue::consumer::*counter) {
  if (auto* x = consumers.find(by)) {
    x->in_flight -= count;
    x->*counter += count;
    consumers.line_up(*x);
  }
  pump();
}

void channel_state::answer(consumer_id by, ticket answer_to,
                           failures_ptr failed) {
  if (answer_to == 0 && !failed)
    return;
  if (auto i = clients.find(by); i != clients.end())
    self->send(i->second.first, atom::failed_v, answer_to, std::move(failed));
}

void channel_state::report_room() {
  if (keeper.store() && queue().full() != told_full_) {
    told_full_ = !told_full_;
    self->send(topic, atom::room_v, key, told_full_);
  }
  // With a store, what is not on its way there has found its place; without
  // one, only what was taken has.
  const auto placed = put_ - std::min(put_, keeper.unplaced());
  // Each report costs the topic a message, so they are few; still the topic
  // always sees most of the room there is.
  const auto worth = std::max<uint64_t>(
    (keeper.store() ? transit_window : settings.mem_queue_size) / 4, 1);
  if (placed < reported_ + worth)
    return;
  self->send(topic, atom::room_v, key, placed - reported_);
  reported_ = placed;
}

bool channel_state::may_give_out() const {
  return keeper.may_give_out(settings.in_flight_share());
}

/// Whether consumers could be given messages if there were memory for it.
bool channel_state::short_of_memory() const {
  return !paused && queue().available() > 0 && consumers.waiting() > 0
         && !may_give_out();
}

void channel_state::arm() {
  const auto now = self->clock().now();
  auto next = keeper.next_deadline();
  if (short_of_memory())
    next = std::min(next.value_or(now + look_again), now + look_again);
  if (!next || (armed_ && *armed_ <= *next))
    return;
  armed_ = std::min(std::max(*next, now), now + longest_tick);
  self->delayed_send(self, *armed_ - now, atom::tick_v);
}

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

} // namespace cafq
