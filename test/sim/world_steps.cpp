#include "actors/body_budget.hpp"
#include "test/sim/machine.hpp"
#include "test/sim/world.hpp"

#include <caf/abstract_actor.hpp>

#include <algorithm>
#include <chrono>

namespace cafq::sim {

using namespace std::chrono_literals;

namespace {

/// How late timers come while they are late.
constexpr queue::duration lateness = 250ms;

/// More steps while no time passes are a loop without an end.
constexpr uint64_t most_steps = 500'000;

/// Bytes beyond `--memory-limit` for what was on its way when it was reached.
constexpr size_t on_the_way = size_t{16} << 20U;

const caf::abstract_actor* actor_of(caf::resumable& x) {
  return dynamic_cast<const caf::abstract_actor*>(&x);
}

caf::actor_id id_of(caf::resumable& x) {
  const auto* who = actor_of(x);
  return who ? who->id() : 0;
}

} // namespace

void world::go_on_until(queue::time_point when) {
  while (now().time < when)
    step(when);
  while (process_->ready() > 0)
    run_actor();
  became_quiet();
}

void world::step(queue::time_point end) {
  if (++steps_in_a_row_ > most_steps)
    throw violation{"I9", "the node does not come to rest"};
  const auto ready = process_->ready() > 0;
  if (ready && !dice_.one_in(4)) {
    run_actor();
  } else if (next_event() <= now().time) {
    let_happen();
  } else if (ready) {
    run_actor();
  } else {
    became_quiet();
    machine::here().pass(std::min(next_event(), end) - now().time);
    now_.quiet_since = now().time;
    steps_in_a_row_ = 0;
  }
}

// -- actors -------------------------------------------------------------------

void world::run_actor() {
  busy_ = true;
  const auto which = choose();
  auto& x = process_->at(which);
  machine::here().pass(std::chrono::microseconds{dice_.below(20)});
  if (failing_)
    fail(x);
  if (auto* who = dynamic_cast<caf::abstract_actor*>(&x))
    if (const auto* what = who->peek_at_next_mailbox_element())
      trace_.took(now().time, *who, *what);
  if (!machine::here().survives([&] { process_->run(which); }))
    process_ended();
  else if (disk_->ended())
    end_life(false, disk_->image(doom::kill));
  else {
    look_for_restarts();
    look_at_wires();
  }
}

/// Returns who goes on.
size_t world::choose() {
  const auto count = process_->ready();
  const auto any = dice_.below(count);
  switch (plan.schedule) {
    case order::any:
      break;
    case order::fair: {
      const auto sockets = process_->first_with_sockets();
      if (!dice_.one_in(10))
        return sockets == 0 || (sockets < count && dice_.one_in(2)) ? sockets
                                                                    : 0;
      break;
    }
    case order::bursts:
      for (size_t i = 0; i < count && !dice_.one_in(30); ++i)
        if (id_of(process_->at(i)) == favourite_)
          return i;
      favourite_ = id_of(process_->at(any));
      break;
    case order::starving:
      // Others every now and then.
      for (size_t i = 0; i < count; ++i)
        if (const auto j = (any + i) % count;
            id_of(process_->at(j)) % 4 != trace_.messages() / 256 % 4)
          return j;
      break;
  }
  return any;
}

void world::look_at_wires() {
  // Those who hear of it may connect.
  for (size_t i = 0; i < wires_.size(); ++i)
    wires_[i]->look(net(), now().time);
}

void world::became_quiet() {
  if (std::exchange(busy_, false))
    ++now_.quiets;
  now_.quiet_since = now().time;
  for (const auto& x : clients_)
    x->quiet();
  check_memory();
}

void world::check_memory() const {
  const auto bytes = message_memory();
  const auto most = memory_before_ + plan.memory_limit + on_the_way;
  if (bytes > most)
    throw violation{"I10", std::to_string(bytes) + " bytes of messages"};
}

// -- what comes from outside --------------------------------------------------

queue::time_point world::next_timer() const {
  auto result = process_->next_timer();
  if (!result)
    return queue::time_point::max();
  return now().time < late_until_ ? *result + lateness : *result;
}

queue::time_point world::next_event() const {
  auto result = next_timer();
  for (const auto& x : clients_)
    result = std::min(result, x->next());
  for (const auto& x : wires_)
    if (const auto when = x->next(process_->net()))
      result = std::min(result, *when);
  if (next_fault_ < faults_.size())
    result = std::min(result, begin_ + faults_[next_fault_].at);
  if (disk_trouble_until_ != queue::time_point{})
    result = std::min(result, disk_trouble_until_);
  return result;
}

/// Lets one of the things happen that are due.
void world::let_happen() {
  busy_ = true;
  const auto time = now().time;
  if (next_fault_ < faults_.size()
      && begin_ + faults_[next_fault_].at <= time) {
    strike(faults_[next_fault_++]);
    return;
  }
  if (disk_trouble_until_ != queue::time_point{}
      && disk_trouble_until_ <= time) {
    end_of_disk_trouble();
    return;
  }
  if (next_timer() <= time)
    process_->fire_timers();
  const auto first = wires_.empty() ? 0 : dice_.below(wires_.size());
  for (size_t i = 0; i < wires_.size(); ++i) {
    const auto x = wires_[(first + i) % wires_.size()];
    if (const auto when = x->next(net()); !when || *when > time)
      continue;
    x->move(net(), time);
    if (x->over()) {
      x->end();
      std::erase(wires_, x);
    }
    look_at_wires();
    return;
  }
  for (const auto& x : clients_)
    if (x->next() <= time)
      x->act();
}

} // namespace cafq::sim
