#include "actors/channel.hpp"
#include "actors/metrics.hpp"
#include "actors/topic.hpp"
#include "test/sim/machine.hpp"
#include "test/sim/world.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <type_traits>
#include <utility>

#include <fmt/core.h>

namespace cafq::sim {

using namespace std::chrono_literals;

namespace {

/// How many writes and syncs later something happens, at most: more than a
/// commit has.
constexpr size_t most_calls = 12;

/// What may be under way when trouble ends.
constexpr queue::duration aftermath = 5s;

/// Returns the name of the topic of a topic or channel; null of others.
const std::string* topic_name_of(caf::resumable& who) {
  using topic_type
    = std::remove_pointer_t<counting_pointer<topic_actor, topic_state>>;
  using channel_type
    = std::remove_pointer_t<counting_pointer<channel_actor, channel_state>>;
  if (auto* x = dynamic_cast<topic_type*>(&who))
    return &x->state.key;
  if (auto* x = dynamic_cast<channel_type*>(&who))
    return &x->state.topic_name;
  return nullptr;
}

} // namespace

void world::strike(const fault& x) {
  trace_.note(now().time, fmt::format("-- {}", to_string(x.kind)));
  const auto time = now().time;
  switch (x.kind) {
    case fault_kind::kill:
      crash(doom::kill);
      break;
    case fault_kind::power_cut:
      crash(doom::power_cut);
      break;
    case fault_kind::clean_stop:
      stop();
      break;
    case fault_kind::stall:
      machine::here().pass(x.lasts);
      books_.trouble_until(now().time);
      break;
    case fault_kind::failure:
      failing_ = true;
      break;
    case fault_kind::clock_step:
      machine::here().set_wall_clock(x.lasts);
      books_.clock_was_set(time);
      break;
    case fault_kind::late_timers:
      late_until_ = time + x.lasts;
      books_.trouble_until(late_until_ + aftermath);
      break;
    case fault_kind::reset:
    case fault_kind::half_close:
    case fault_kind::stuck_client:
      strike_network(x);
      break;
    default:
      strike_disk(x);
  }
}

void world::strike_disk(const fault& x) {
  switch (x.kind) {
    case fault_kind::kill_in_commit:
      disk_->plan_end(doom::kill, x.which % most_calls);
      break;
    case fault_kind::power_cut_in_commit:
      disk_->plan_end(doom::power_cut, x.which % most_calls);
      break;
    case fault_kind::io_error:
      disk_->fail({test::file_call::write, EIO});
      break;
    case fault_kind::sync_error:
      disk_->fail({test::file_call::sync, EIO});
      break;
    case fault_kind::short_write:
      disk_->fail({test::file_call::write, 0});
      break;
    case fault_kind::disk_full:
      disk_->full = true;
      machine::here().disk_free = 0;
      break;
    default:
      disk_->sync_takes = std::chrono::milliseconds{50 + x.which};
  }
  if (x.lasts == queue::duration{})
    return;
  disk_trouble_until_ = now().time + x.lasts;
  books_.trouble_until(disk_trouble_until_ + aftermath);
}

void world::end_of_disk_trouble() {
  disk_trouble_until_ = {};
  disk_->full = false;
  disk_->sync_takes = {};
  machine::here().disk_free = machine::disk_size / 2;
}

void world::strike_network(const fault& x) {
  if (clients_.empty())
    return;
  auto* to = clients_[x.which % clients_.size()]->connection();
  if (!to)
    return;
  if (x.kind == fault_kind::reset)
    to->reset(net());
  else if (x.kind == fault_kind::half_close)
    to->half_close(net());
  else
    to->stuck_until(now().time + x.lasts);
  look_at_wires();
}

/// Lets a topic or channel fail before it takes its next message.
void world::fail(caf::resumable& who) {
  const auto* name = topic_name_of(who);
  if (!name)
    return;
  const auto i = std::find_if(plan.topics.begin(), plan.topics.end(),
                              [&](const auto& x) { return x.name == *name; });
  if (i == plan.topics.end())
    return;
  failing_ = false;
  auto& actor = dynamic_cast<caf::abstract_actor&>(who);
  trace_.note(now().time, "-- an actor of " + *name + " fails");
  caf::anon_send<caf::message_priority::high>(
    caf::actor_cast<caf::actor>(&actor),
    caf::exit_msg{actor.address(), caf::sec::runtime_error});
  failed_.push_back(static_cast<size_t>(i - plan.topics.begin()));
  books_.failed(failed_.back(), now().time);
  restarts_ = metrics().restarts.Value();
}

/// What was acknowledged until a topic is there again had nobody to keep it.
void world::look_for_restarts() {
  if (failed_.empty() || metrics().restarts.Value() == restarts_)
    return;
  for (const auto topic : std::exchange(failed_, {}))
    books_.restarted(topic, now().time);
}

} // namespace cafq::sim
