#include "actors/queue/channel_queue.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace cafq::queue {

namespace {

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

void channel_queue::put(block_ptr body, bool hold) {
  totals_.messages += body->count();
  newest_ = std::max(newest_, body->last_number());
  backlog_.put(std::move(body), hold, orders_);
}

void channel_queue::put_stored(block_ptr body, bool hold) {
  totals_.messages += body->count();
  newest_ = std::max(newest_, body->last_number());
  backlog_.put_stored(std::move(body), hold, orders_);
}

void channel_queue::defer_stored(block_ptr body, time_point due) {
  assert(body->count() == 1);
  ++totals_.messages;
  newest_ = std::max(newest_, body->last_number());
  deferred_.put_stored(std::move(body), due);
}

void channel_queue::defer(block_ptr body, time_point due, bool hold) {
  assert(body->count() == 1);
  ++totals_.messages;
  newest_ = std::max(newest_, body->last_number());
  deferred_.put(std::move(body), 0, due, hold, orders_);
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
  if (due_waits_)
    make_due_ready(now);
  return result;
}

std::optional<stored_block> channel_queue::move_block() {
  auto result = backlog_.pop();
  if (!result)
    return std::nullopt;
  if (result->stored)
    orders_.done.push_back(result->body->first_number());
  return std::move(static_cast<stored_block&>(*result));
}

std::optional<std::pair<block_ptr, time_point>> channel_queue::move_deferred() {
  const auto due = deferred_.first_in_memory();
  if (!due)
    return std::nullopt;
  auto result = deferred_.pop(*due);
  if (result->row)
    orders_.undefer.push_back(*result->row);
  return std::pair{std::move(result->body), *due};
}

std::optional<int64_t> channel_queue::published_ns(uint64_t number) {
  const auto* x = open_.in_flight(number);
  if (!x)
    return std::nullopt;
  return x->home->body->timestamp_ns(x->index);
}

settled channel_queue::finish(uint64_t number, consumer_id by) {
  auto* x = open_.in_flight(number);
  if (auto why = check(x, by); why != settled::ok)
    return why;
  land(*x);
  gone(*x);
  return settled::ok;
}

settled channel_queue::requeue(uint64_t number, consumer_id by, duration delay,
                               time_point now, bool hold) {
  auto* x = open_.in_flight(number);
  if (auto why = check(x, by); why != settled::ok)
    return why;
  land(*x);
  ++totals_.requeued;
  if (delay <= duration::zero()) {
    make_ready(*x);
    return settled::ok;
  }
  // Alone, it does not keep the other messages of its block in memory. What the
  // store has stays there.
  const auto& home = *x->home;
  const auto& body = home.body;
  deferred_.put(body->count() == 1 ? body : block::extract(*body, x->index),
                x->attempts, now + delay, hold && !home.stored && !home.row,
                orders_);
  moved_ |= home.stored;
  gone(*x);
  return settled::ok;
}

settled
channel_queue::touch(uint64_t number, consumer_id by, duration msg_timeout,
                     duration max_msg_timeout, time_point now) {
  auto* x = open_.in_flight(number);
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
  make_due_ready(now);
}

void channel_queue::clear() {
  backlog_.clear();
  reading_ = nullptr;
  reading_left_ = 0;
  requeued_.clear();
  deadlines_.clear();
  open_.clear();
  in_flight_ = 0;
  due_waits_ = false;
  deferred_.clear();
  dirty_.clear();
  moved_ = false;
  orders_ = {};
  marked_ = kept_ = newest_;
}

// -- the store ----------------------------------------------------------------

void channel_queue::flush() {
  backlog_.flush(orders_);
  report_progress();
}

void channel_queue::report_progress() {
  moved_ = false;
  for (auto* x : std::exchange(dirty_, {})) {
    x->dirty_at = open_block::clean;
    if (x->stored)
      orders_.progress.emplace_back(x->body->first_number(), progress_of(*x));
    else
      deferred_set::save({x->body, x->slots[0].attempts, x->row}, orders_);
  }
}

void channel_queue::keep_copies(time_point now) {
  const auto mark = std::exchange(marked_, newest_);
  if (mark > kept_) {
    open_.each(kept_, mark, [this](open_block& x) {
      if (x.stored || x.row)
        return;
      if (x.alone) {
        x.row = deferred_.keep_copy({x.body, x.slots[0].attempts, {}}, orders_);
      } else {
        orders_.keep.push_back({x.body, progress_of(x)});
        x.stored = true;
      }
    });
    backlog_.keep_copies(kept_, mark, orders_);
    deferred_.keep_copies(mark, now, orders_);
    kept_ = mark;
  }
  if (depth() + in_flight_ + deferred() == 0)
    kept_ = newest_;
}

store_orders channel_queue::take_orders() {
  if (moved_)
    report_progress();
  return std::exchange(orders_, {});
}

void channel_queue::save() {
  flush();
  save_open_blocks();
  backlog_.save(orders_);
  deferred_.save(orders_);
}

/// What was taken and is not gone: stored blocks need their progress only, what
/// is left of the others becomes new blocks. What was deferred once goes back
/// to those: the block it came in may still be in the store, and be named by
/// it.
void channel_queue::save_open_blocks() {
  std::vector<message_view> left;
  size_t bytes = 0;
  const auto write = [&] {
    if (!left.empty())
      orders_.keep.push_back({block::make(left), {}});
    left.clear();
    bytes = 0;
  };
  const auto add = [&](const message_view& x) {
    if (!left.empty()
        && (left.size() == block::max_messages
            || bytes + x.body.size() > block::max_bytes
            || x.number - left.front().number > UINT32_MAX))
      write();
    left.push_back(x);
    bytes += x.body.size();
  };
  open_.each([&](open_block& x) {
    if (x.stored) {
      // None may reach over it: they come back in the order of their firsts.
      write();
      orders_.progress.emplace_back(x.body->first_number(), progress_of(x));
    } else if (x.alone) {
      deferred_set::save({x.body, x.slots[0].attempts, x.row}, orders_);
    } else {
      for (size_t i = 0; i < x.body->count(); ++i) {
        if (x.slots[i].state == slot_state::gone)
          continue;
        auto message = x.body->message(i);
        message.attempts = x.slots[i].attempts;
        add(message);
      }
    }
  });
  write();
}

// -- observers ----------------------------------------------------------------

std::optional<time_point> channel_queue::next_deadline() const {
  auto result = deadlines_.next();
  if (auto due = deferred_.next(has_room_for_due());
      due && (!result || *due < *result))
    result = due;
  return result;
}

// -- the steps of a message's life --------------------------------------------

/// Takes the next message out of ready. Its state is the caller's to set.
slot* channel_queue::next_ready() {
  if (!requeued_.empty() && std::exchange(requeued_turn_, false)) {
    auto* result = requeued_.front();
    requeued_.pop_front();
    return result;
  }
  if (!reading_) {
    if (auto next = backlog_.pop()) {
      reading_left_ = next->unfinished();
      reading_ = &open_.open(std::move(*next));
    }
  }
  if (!reading_) {
    // Nothing unread is in memory.
    if (requeued_.empty())
      return nullptr;
    requeued_turn_ = true;
    return next_ready();
  }
  requeued_turn_ = true;
  auto* result = &reading_->slots[reading_->next_unread++];
  while (result->state == slot_state::gone)
    result = &reading_->slots[reading_->next_unread++];
  if (--reading_left_ == 0)
    reading_ = nullptr;
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
  mark_dirty(*x.home);
}

settled channel_queue::check(const slot* x, consumer_id by) {
  if (!x)
    return settled::not_in_flight;
  return x->owner == by ? settled::ok : settled::not_owner;
}

void channel_queue::make_ready(slot& x) {
  x.state = slot_state::requeued;
  requeued_.push_back(&x);
}

bool channel_queue::has_room_for_due() const noexcept {
  return requeued_.size() < deferred_.most_loaded();
}

void channel_queue::make_due_ready(time_point now) {
  for (;;) {
    due_waits_ = !has_room_for_due();
    if (due_waits_)
      return;
    auto due = deferred_.pop(now);
    if (!due)
      return;
    make_ready(open_.open(std::move(*due)).slots[0]);
  }
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
  mark_dirty(home);
  if (--home.not_gone > 0)
    return;
  if (home.row) {
    orders_.undefer.push_back(*home.row);
    deferred_.forget(*home.row);
  }
  if (home.stored)
    orders_.done.push_back(home.body->first_number());
  mark_clean(home);
  open_.close(home);
}

void channel_queue::mark_dirty(open_block& x) {
  if (!(x.stored || x.row) || x.dirty_at != open_block::clean)
    return;
  x.dirty_at = dirty_.size();
  dirty_.push_back(&x);
}

void channel_queue::mark_clean(open_block& x) {
  if (x.dirty_at == open_block::clean)
    return;
  dirty_.back()->dirty_at = x.dirty_at;
  dirty_[x.dirty_at] = dirty_.back();
  dirty_.pop_back();
  x.dirty_at = open_block::clean;
}

} // namespace cafq::queue
