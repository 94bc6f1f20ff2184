#include "actors/queue/channel_queue.hpp"

#include "net/protocol/contract.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace cafq::queue {

namespace {

/// Makes new blocks of what is left of others.
class rest_packer {
public:
  explicit rest_packer(store_orders& out) : out_(out) {
    // nop
  }

  void add(const open_block& x) {
    for (size_t i = 0; i < x.body->count(); ++i) {
      if (x.slots[i].state == slot_state::gone)
        continue;
      auto message = x.body->message(i);
      message.attempts = x.slots[i].attempts;
      add(message);
    }
  }

  /// Hands over what was added so far.
  void write() {
    if (!left_.empty())
      out_.keep.push_back({block::make(left_), {}});
    left_.clear();
    bytes_ = 0;
  }

private:
  void add(const message_view& x) {
    if (!left_.empty() && !fits(x))
      write();
    left_.push_back(x);
    bytes_ += x.body.size();
  }

  [[nodiscard]] bool fits(const message_view& x) const {
    return left_.size() < block::max_messages
           && bytes_ + x.body.size() <= block::max_bytes
           && x.number - left_.front().number <= UINT32_MAX;
  }

  store_orders& out_;
  std::vector<message_view> left_;
  size_t bytes_ = 0;
};

/// Deferred messages that become ready while the node is short of memory:
/// enough to go on with.
constexpr size_t most_due_without_memory = 256;

/// Bodies to ask for in one request, if the node has memory to spare, and
/// messages to look at for them.
constexpr size_t most_fetched = size_t{4} << 20U;
constexpr size_t most_looked_at = 256;

/// Appends one message, to the last run if it is its neighbour.
/// @returns the size of its body.
size_t append(std::vector<run>& out, const block& in, uint16_t index,
              uint16_t attempts) {
  const auto [body, at] = in.plain(index);
  const auto size = body->body(at).size();
  if (!out.empty()) {
    auto& last = out.back();
    if (last.body.get() == body && size_t{last.first} + last.count == at
        && last.attempts == attempts) {
      ++last.count;
      return size;
    }
  }
  out.push_back(run{block_ptr{const_cast<block*>(body)},
                    static_cast<uint16_t>(at), 1, attempts});
  return size;
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

void channel_queue::set_clock(duration unix_offset) {
  deferred_.set_clock(unix_offset);
  if (deferred_.wants_to_start_over())
    deferred_.start_over(rows_apart());
}

/// Returns the rows of the store whose messages are not deferred any more.
std::vector<deferred_key> channel_queue::rows_apart() const {
  std::vector<deferred_key> result;
  open_.each([&result](const open_block& x) {
    if (x.row)
      result.push_back(*x.row);
  });
  return result;
}

void channel_queue::defer_stored(block_ptr body, time_point due,
                                 int64_t row_ns) {
  assert(body->count() == 1);
  ++totals_.messages;
  newest_ = std::max(newest_, body->last_number());
  deferred_.put_stored(std::move(body), due, row_ns);
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
    result.bytes += deliver(*x, to, now, out);
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
  } else if (x->home->absent()) {
    x->state = slot_state::parked;
    parked_.push_back({x, now + delay});
  } else {
    become_deferred(*x, now + delay, hold);
  }
  return settled::ok;
}

void channel_queue::become_deferred(slot& x, time_point due, bool hold) {
  // Alone, it does not keep the other messages of its block in memory. What the
  // store has stays there.
  const auto& home = *x.home;
  const auto& body = home.body;
  deferred_.put(body->count() == 1 ? body : block::extract(*body, x.index),
                x.attempts, due, hold && !home.stored && !home.row, orders_);
  moved_ |= home.stored;
  gone(x);
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

void channel_queue::expire(time_point now, std::vector<consumer_id>& timed_out,
                           bool spare) {
  spare_ = spare;
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
  open_bytes_ = 0;
  absent_ = 0;
  fetching_.clear();
  parked_.clear();
  in_flight_ = 0;
  due_waits_ = false;
  deferred_.clear();
  dirty_.clear();
  moved_ = false;
  orders_ = {};
  seen_up_to_ = stored_up_to_ = newest_;
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
  const auto mark = std::exchange(seen_up_to_, newest_);
  if (mark > stored_up_to_) {
    keep_open_blocks(stored_up_to_, mark);
    backlog_.keep_copies(stored_up_to_, mark, orders_);
    deferred_.keep_copies(mark, now, orders_);
    stored_up_to_ = mark;
  }
  if (depth() + in_flight_ + deferred() == 0)
    stored_up_to_ = newest_;
}

void channel_queue::keep_open_blocks(uint64_t after, uint64_t mark) {
  open_.each(after, mark, [this](open_block& x) {
    if (x.stored || x.row)
      return;
    if (x.alone) {
      x.row = deferred_.keep_copy({x.body, x.slots[0].attempts, {}}, orders_);
    } else {
      orders_.keep.push_back({x.body, progress_of(x)});
      x.stored = true;
    }
  });
}

void channel_queue::shed(time_point now) {
  backlog_.shed(orders_);
  keep_open_blocks(0, newest_);
  deferred_.keep_copies(newest_, now, orders_);
  deferred_.give_up(rows_apart());
  stored_up_to_ = seen_up_to_ = newest_;
  // What is written later has to do without the bodies.
  report_progress();
  open_.each([this](open_block& x) { give_up(x); });
  for (auto& x : requeued_)
    x.turn = std::min<uint64_t>(x.turn, taken_ + unread_in_memory());
}

void channel_queue::give_up(open_block& x) {
  if (x.absent())
    return;
  open_bytes_ -= x.body->bytes();
  x.body = block::without_bodies(*x.body);
  ++absent_;
}

store_orders channel_queue::take_orders() {
  if (moved_)
    report_progress();
  return std::exchange(orders_, {});
}

void channel_queue::save() {
  CAFQ_CHECK(can_save());
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
  rest_packer rest{orders_};
  open_.each([&](open_block& x) {
    if (x.stored) {
      // None may reach over it: they come back in the order of their firsts.
      rest.write();
      orders_.progress.emplace_back(x.body->first_number(), progress_of(x));
    } else if (!x.alone) {
      rest.add(x);
    } else if (!x.absent()) {
      // One without its body is in the store as it is.
      deferred_set::save({x.body, x.slots[0].attempts, x.row}, orders_);
    }
  });
  rest.write();
}

// -- bodies that were given up ------------------------------------------------

std::optional<body_request>
channel_queue::wanted_bodies(bool taking, size_t spare) {
  if (absent_ == 0 || !fetching_.empty())
    return std::nullopt;
  body_request result;
  size_t bytes = 0;
  const auto most = std::clamp(spare, size_t{1}, most_fetched);
  const auto enough = [&] {
    return bytes >= most;
  };
  const auto want = [&](open_block& x) {
    if (x.fetching)
      return;
    bytes += x.body->bytes();
    if (!x.absent())
      return;
    x.fetching = true;
    fetching_.push_back(&x);
    if (x.alone)
      result.rows.push_back(*x.row);
    else
      result.blocks.push_back(x.body->first_number());
  };
  const auto look = [&](const auto& list) {
    const auto end = std::min(list.size(), most_looked_at);
    for (size_t i = 0; i < end && !enough(); ++i)
      want(*list[i].what->home);
  };
  look(parked_);
  if (taking)
    look(requeued_);
  if (taking && reading_ && !enough())
    want(*reading_);
  if (fetching_.empty())
    return std::nullopt;
  return result;
}

void channel_queue::fetched(bodies x) {
  for (auto& body : x.blocks)
    if (auto* home = open_.find(body->first_number()))
      got(*home, std::move(body));
  for (auto& row : x.rows)
    if (auto* home = open_.find_alone(row.body->first_number()))
      got(*home, std::move(row.body));
  for (auto* y : std::exchange(fetching_, {})) {
    y->fetching = false;
    if (y->absent())
      lost(*y);
  }
  unpark();
}

void channel_queue::got(open_block& x, block_ptr body) {
  if (!x.absent() || body->count() != x.body->count())
    return;
  x.body = std::move(body);
  open_bytes_ += x.body->bytes();
  --absent_;
}

/// The store had it, damaged. What is in flight is with its consumer, and can
/// be finished.
void channel_queue::lost(open_block& x) {
  const auto is_here = [&](const auto& y) {
    return y.what->home == &x;
  };
  std::erase_if(requeued_, is_here);
  std::erase_if(parked_, is_here);
  if (reading_ == &x) {
    reading_ = nullptr;
    reading_left_ = 0;
  }
  // The last one takes the block along.
  std::vector<slot*> ended;
  for (size_t i = 0; i < x.body->count(); ++i)
    if (auto& y = x.slots[i];
        y.state != slot_state::gone && y.state != slot_state::in_flight)
      ended.push_back(&y);
  for (auto* y : ended)
    gone(*y);
}

/// Defers what waited for its body, as far as that came.
void channel_queue::unpark() {
  while (!parked_.empty() && !parked_.front().what->home->absent()) {
    const auto [x, due] = parked_.front();
    parked_.pop_front();
    become_deferred(*x, due, false);
  }
}

// -- observers ----------------------------------------------------------------

std::optional<int64_t> channel_queue::oldest_ready_ns() const {
  auto result
    = reading_
        ? std::optional{reading_->body->timestamp_ns(reading_->next_unread)}
        : backlog_.first_ns();
  if (requeued_.empty())
    return result;
  const auto& x = *requeued_.front().what;
  const auto came_back = x.home->body->timestamp_ns(x.index);
  return std::min(result.value_or(came_back), came_back);
}

std::optional<channel_queue::flight> channel_queue::oldest_in_flight() const {
  constexpr size_t most = 1000;
  const slot* oldest = nullptr;
  deadlines_.first(most, [&](const deadline_hook& hook) {
    const auto& x = static_cast<const slot&>(hook);
    if (!oldest || x.delivered < oldest->delivered)
      oldest = &x;
  });
  if (!oldest)
    return std::nullopt;
  return flight{oldest->owner, oldest->attempts, oldest->delivered,
                deadline_index::deadline_of(*oldest)};
}

std::optional<time_point> channel_queue::first_due() const {
  auto result = deferred_.first_due();
  for (const auto& x : parked_)
    result = std::min(result.value_or(x.due), x.due);
  return result;
}

std::optional<time_point> channel_queue::next_deadline() const {
  auto result = deadlines_.next();
  if (auto due = deferred_.next(has_room_for_due());
      due && (!result || *due < *result))
    result = due;
  return result;
}

bool channel_queue::invariant() const {
  size_t bytes = 0;
  size_t absent = 0;
  size_t in_flight = 0;
  size_t requeued = 0;
  size_t waiting = 0;
  size_t unread = 0;
  auto sound = true;
  open_.each([&](const open_block& x) {
    size_t left = 0;
    for (size_t i = 0; i < x.body->count(); ++i) {
      const auto state = x.slots[i].state;
      left += state != slot_state::gone;
      in_flight += state == slot_state::in_flight;
      requeued += state == slot_state::requeued;
      waiting += state == slot_state::parked;
      unread += state == slot_state::unread;
    }
    sound &= left > 0 && left == x.not_gone;
    // What is not in memory is in the store, which knows all of it.
    sound &= !x.absent() || x.stored || x.row;
    sound &= !(x.stored && x.alone);
    absent += x.absent();
    bytes += x.absent() ? 0 : x.body->bytes();
  });
  for (size_t i = 1; i < requeued_.size(); ++i)
    sound &= requeued_[i - 1].turn <= requeued_[i].turn;
  sound &= (in_flight + requeued + waiting + unread > 0)
           == (open_.memory() > 0);
  return sound && backlog_.invariant() && deferred_.invariant()
         && open_.invariant() && deadlines_.invariant(in_flight)
         && bytes == open_bytes_ && absent == absent_ && in_flight == in_flight_
         && requeued == requeued_.size() && waiting == parked_.size()
         && unread == reading_left_ && (reading_ != nullptr) == (unread > 0)
         && stored_up_to_ <= newest_ && seen_up_to_ <= newest_;
}

// -- the steps of a message's life --------------------------------------------

/// Takes the next message out of ready. Its state is the caller's to set.
slot* channel_queue::next_ready() {
  if (returned_is_next())
    return next_returned();
  if (unread_in_memory() == 0)
    return nullptr;
  if (!reading_) {
    auto next = backlog_.pop();
    reading_left_ = next->unfinished();
    reading_ = &open(std::move(*next));
  }
  ++taken_;
  auto* result = &reading_->slots[reading_->next_unread++];
  while (result->state == slot_state::gone)
    result = &reading_->slots[reading_->next_unread++];
  if (--reading_left_ == 0)
    reading_ = nullptr;
  return result;
}

slot* channel_queue::next_returned() {
  auto* result = requeued_.front().what;
  if (result->home->absent())
    return nullptr;
  requeued_.pop_front();
  return result;
}

open_block& channel_queue::open(backlog_block x) {
  open_bytes_ += x.body->bytes();
  return open_.open(std::move(x));
}

open_block& channel_queue::open(deferred_set::item x) {
  open_bytes_ += x.body->bytes();
  return open_.open(std::move(x));
}

/// @returns the size of its body.
size_t channel_queue::deliver(slot& x, const taker& to, time_point now,
                              std::vector<run>& out) {
  x.state = slot_state::in_flight;
  x.owner = to.id;
  x.delivered = now;
  ++x.attempts; // wraps, as nsqd's uint16 does
  ++in_flight_;
  deadlines_.insert(x, now + to.msg_timeout);
  mark_dirty(*x.home);
  return append(out, *x.home->body, x.index, x.attempts);
}

settled channel_queue::check(const slot* x, consumer_id by) {
  if (!x)
    return settled::not_in_flight;
  return x->owner == by ? settled::ok : settled::not_owner;
}

void channel_queue::make_ready(slot& x) {
  x.state = slot_state::requeued;
  const auto turn = taken_ + std::min(unread_in_memory(), memory_);
  // Those before have less in front of them than they had: what was in memory
  // went to disk.
  for (auto i = requeued_.rbegin(); i != requeued_.rend() && i->turn > turn;
       ++i)
    i->turn = turn;
  requeued_.push_back({&x, turn});
}

bool channel_queue::has_room_for_due() const noexcept {
  return requeued_.size()
         < (spare_ ? deferred_.most_loaded() : most_due_without_memory);
}

void channel_queue::make_due_ready(time_point now) {
  for (;;) {
    due_waits_ = !has_room_for_due();
    if (due_waits_)
      return;
    auto due = deferred_.pop(now);
    if (!due)
      return;
    make_ready(open(std::move(*due)).slots[0]);
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
  if (home.absent())
    --absent_;
  else
    open_bytes_ -= home.body->bytes();
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
