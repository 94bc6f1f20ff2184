#include "net/loop/loop_timers.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <cassert>

namespace cafq {

namespace {

/// The least time between two turns in which timers fire. Nobody notices that a
/// heartbeat or a time limit of seconds is late by that much.
constexpr auto between_turns = std::chrono::milliseconds{100};

} // namespace

bool loop_timers::by_due::operator()(const tick_timer& x,
                                     const tick_timer& y) const noexcept {
  return x.due_ < y.due_;
}

loop_timers::~loop_timers() {
  // Of actors that have not ended; they are not to look for us when they do.
  timers_.clear();
}

void loop_timers::set(tick_timer& x, queue::time_point when) {
  if (x.is_linked())
    timers_.erase(timers_.iterator_to(x));
  x.due_ = when;
  timers_.insert(x);
  arm();
}

void loop_timers::cancel(tick_timer& x) noexcept {
  assert(x.is_linked());
  timers_.erase(timers_.iterator_to(x));
}

void loop_timers::fire(queue::time_point now) {
  armed_.reset();
  while (!timers_.empty() && timers_.begin()->due_ <= now) {
    auto* owner = timers_.begin()->owner_;
    timers_.erase(timers_.begin());
    next_turn_ = now + between_turns;
    // Without a sender: CAF 0.17 leaves the mailbox of a broker that has ended
    // open, and a message in there that names the broker would keep it for
    // ever.
    caf::anon_send(
      caf::actor_cast<ticking_actor>(caf::strong_actor_ptr{owner->ctrl()}),
      atom::tick_v);
  }
  arm();
}

/// Sees to it that the loop is woken for the first.
void loop_timers::arm() {
  if (timers_.empty())
    return;
  const auto when = std::max(timers_.begin()->due_, next_turn_);
  if (armed_ && *armed_ <= when)
    return;
  armed_ = when;
  wake_at(when);
}

} // namespace cafq
