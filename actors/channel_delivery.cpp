#include "actors/channel.hpp"
#include "actors/metrics.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

// Who consumes, and how messages go to them.

namespace cafq {

namespace {

/// Messages given to one consumer at a time: what they take is counted behind
/// each.
constexpr size_t most_given = 4096;

/// How often one that may give out no more looks for memory that other channels
/// gave back.
constexpr auto look_for_memory = std::chrono::milliseconds{50};

/// A channel measures one delivery per so much time, so that this costs nothing
/// at high rates and misses nothing at low ones.
constexpr auto sample_interval = std::chrono::milliseconds{1};

} // namespace

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

void channel_state::sent(consumer_id id, uint64_t bytes) {
  if (auto* x = consumers.find(id)) {
    x->took(bytes);
    consumers.line_up(*x);
    pump();
  }
}

void channel_state::pump() {
  give_out();
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

void channel_state::give_out() {
  queue::fair_share share;
  while (!paused && queue().available() > 0 && may_give_out()) {
    const auto part = share.next(queue().available(), consumers.waiting());
    auto* x = consumers.next();
    if (!x)
      break;
    serve(*x, std::min({x->credit(), part, most_given}));
    consumers.line_up(*x);
    keeper.count_bookkeeping();
  }
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
  result->report = to.gave(taken.messages, taken.bytes);
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
  auto deadline = keeper.next_deadline();
  if (short_of_memory())
    deadline = std::min(deadline.value_or(now + look_for_memory),
                        now + look_for_memory);
  if (const auto wait = tick_.arm(deadline, now))
    self->delayed_send(self, *wait, atom::tick_v);
}

} // namespace cafq
