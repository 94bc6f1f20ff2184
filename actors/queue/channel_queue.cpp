#include "actors/queue/channel_queue.hpp"

#include <algorithm>
#include <cassert>
#include <tuple>
#include <utility>

namespace cafq::queue {

namespace {

/// Orders a heap with the earliest due time on top.
constexpr auto later = [](const auto& x, const auto& y) {
  return std::tie(x.due, x.sequence) > std::tie(y.due, y.sequence);
};

/// Appends one message, to the last run if it is its neighbour.
void append(std::vector<run>& out, const block_ptr& body, uint16_t index,
            uint16_t attempts) {
  if (!out.empty()) {
    auto& last = out.back();
    if (last.body == body && last.first + last.count == index
        && last.attempts == attempts) {
      ++last.count;
      return;
    }
  }
  out.push_back(run{body, index, 1, attempts});
}

} // namespace

// -- modifiers ----------------------------------------------------------------

void channel_queue::put(block_ptr body) {
  unread_ += body->count();
  totals_.messages += body->count();
  unopened_.push_back(std::move(body));
}

void channel_queue::defer(block_ptr body, time_point due) {
  assert(body->count() == 1);
  ++totals_.messages;
  push_deferred(std::move(body), 0, due);
}

channel_queue::taken
channel_queue::take(const taker& to, size_t max_messages, size_t max_bytes,
                    time_point now, std::vector<run>& out) {
  taken result;
  while (result.messages < max_messages && result.bytes < max_bytes) {
    auto* x = next_ready();
    if (!x)
      break;
    if (to.keep && !to.keep()) {
      gone(*x);
      continue;
    }
    result.messages += 1;
    result.bytes += x->home->body->body(x->index).size();
    deliver(*x, to, now, out);
  }
  return result;
}

settled channel_queue::finish(uint64_t number, consumer_id by) {
  auto* x = find(number);
  if (auto why = check(x, by); why != settled::ok)
    return why;
  land(*x);
  gone(*x);
  return settled::ok;
}

settled channel_queue::requeue(uint64_t number, consumer_id by, duration delay,
                               time_point now) {
  auto* x = find(number);
  if (auto why = check(x, by); why != settled::ok)
    return why;
  land(*x);
  ++totals_.requeued;
  if (delay <= duration::zero()) {
    make_ready(*x);
    return settled::ok;
  }
  // Alone, it does not keep the other messages of its block in memory.
  const auto& body = x->home->body;
  push_deferred(body->count() == 1 ? body : block::extract(*body, x->index),
                x->attempts, now + delay);
  gone(*x);
  return settled::ok;
}

settled
channel_queue::touch(uint64_t number, consumer_id by, duration msg_timeout,
                     duration max_msg_timeout, time_point now) {
  auto* x = find(number);
  if (auto why = check(x, by); why != settled::ok)
    return why;
  deadlines_.erase(*x);
  deadlines_.insert(
    *x, std::min(now + msg_timeout, x->delivered + max_msg_timeout));
  return settled::ok;
}

void channel_queue::expire(time_point now,
                           std::vector<consumer_id>& timed_out) {
  while (auto* hook = deadlines_.pop(now)) {
    auto& x = static_cast<slot&>(*hook);
    timed_out.push_back(x.owner);
    --in_flight_;
    ++totals_.timed_out;
    make_ready(x);
  }
  while (!deferred_.empty() && deferred_.front().due <= now) {
    std::pop_heap(deferred_.begin(), deferred_.end(), later);
    auto due = std::move(deferred_.back());
    deferred_.pop_back();
    auto& home = open(alone_, std::move(due.body), true);
    home.next_unread = 1;
    home.slots[0].attempts = due.attempts;
    make_ready(home.slots[0]);
  }
}

void channel_queue::clear() {
  unopened_.clear();
  reading_ = nullptr;
  unread_ = 0;
  requeued_.clear();
  open_.clear();
  alone_.clear();
  last_found_ = nullptr;
  deadlines_.clear();
  in_flight_ = 0;
  deferred_.clear();
}

// -- observers ----------------------------------------------------------------

std::optional<time_point> channel_queue::next_deadline() const {
  auto result = deadlines_.next();
  if (!deferred_.empty() && (!result || deferred_.front().due < *result))
    result = deferred_.front().due;
  return result;
}

// -- the steps of a message's life --------------------------------------------

channel_queue::open_block&
channel_queue::open(open_blocks& where, block_ptr body, bool alone) {
  const auto count = static_cast<uint16_t>(body->count());
  auto& result = where[body->first_number()];
  assert(!result.body);
  result.slots = std::make_unique<slot[]>(count);
  result.not_gone = count;
  result.alone = alone;
  for (uint16_t i = 0; i < count; ++i) {
    result.slots[i].home = &result;
    result.slots[i].index = i;
  }
  result.body = std::move(body);
  return result;
}

/// Takes the next message out of ready. Its state is the caller's to set.
channel_queue::slot* channel_queue::next_ready() {
  if (!requeued_.empty() && (requeued_turn_ || unread_ == 0)) {
    requeued_turn_ = false;
    auto* result = requeued_.front();
    requeued_.pop_front();
    return result;
  }
  if (unread_ == 0)
    return nullptr;
  requeued_turn_ = true;
  if (!reading_) {
    reading_ = &open(open_, std::move(unopened_.front()), false);
    unopened_.pop_front();
  }
  auto* result = &reading_->slots[reading_->next_unread++];
  if (reading_->next_unread == reading_->body->count())
    reading_ = nullptr;
  --unread_;
  return result;
}

void channel_queue::deliver(slot& x, const taker& to, time_point now,
                            std::vector<run>& out) {
  x.state = slot_state::in_flight;
  x.owner = to.id;
  x.delivered = now;
  ++x.attempts; // wraps, as nsqd's uint16 does
  ++in_flight_;
  deadlines_.insert(x, now + to.msg_timeout);
  append(out, x.home->body, x.index, x.attempts);
}

channel_queue::slot* channel_queue::find(uint64_t number) {
  if (last_found_) {
    const auto first = last_found_->body->first_number();
    if (number >= first && number - first < last_found_->body->count()) {
      auto* x = &last_found_->slots[number - first];
      if (x->state == slot_state::in_flight)
        return x;
    }
  }
  auto* x = find_in(open_, number);
  if (!x || x->state != slot_state::in_flight)
    x = find_in(alone_, number);
  if (x)
    last_found_ = x->home;
  return x;
}

channel_queue::slot*
channel_queue::find_in(open_blocks& where, uint64_t number) {
  auto i = where.upper_bound(number);
  if (i == where.begin())
    return nullptr;
  --i;
  const auto index = number - i->first;
  if (index >= i->second.body->count())
    return nullptr;
  return &i->second.slots[index];
}

settled channel_queue::check(const slot* x, consumer_id by) const {
  if (!x || x->state != slot_state::in_flight)
    return settled::not_in_flight;
  return x->owner == by ? settled::ok : settled::not_owner;
}

void channel_queue::make_ready(slot& x) {
  x.state = slot_state::requeued;
  requeued_.push_back(&x);
}

/// Takes a message out of flight.
void channel_queue::land(slot& x) {
  deadlines_.erase(x);
  --in_flight_;
}

/// Ends a message that is neither ready nor in flight any more.
void channel_queue::gone(slot& x) {
  x.state = slot_state::gone;
  auto& home = *x.home;
  if (--home.not_gone > 0)
    return;
  if (last_found_ == &home)
    last_found_ = nullptr;
  auto& where = home.alone ? alone_ : open_;
  where.erase(home.body->first_number());
}

void channel_queue::push_deferred(block_ptr body, uint16_t attempts,
                                  time_point due) {
  deferred_.push_back(
    deferred_message{due, deferred_sequence_++, std::move(body), attempts});
  std::push_heap(deferred_.begin(), deferred_.end(), later);
}

} // namespace cafq::queue
