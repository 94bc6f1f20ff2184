#include "actors/queue_keeper.hpp"

#include "net/protocol/contract.hpp"
#include "persistence/message_store.hpp"

#include <caf/actor_cast.hpp>
#include <caf/local_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace cafq {

namespace {

/// Finished blocks and deferred messages that are worth a message of their own,
/// and a commit.
constexpr size_t many_done = 64;

/// Bytes to ask the store for at a time, however many there are to spare.
constexpr size_t most_read = size_t{4} << 20U;

/// Bytes that are not worth an account.
constexpr size_t unaccounted = 4096;

owner_actor owner_of(caf::local_actor* self) {
  return caf::actor_cast<owner_actor>(caf::strong_actor_ptr{self->ctrl()});
}

/// What the rows of these orders take in memory until they are written.
size_t rows_to_write(const queue::store_orders& x) {
  return (x.keep.size() + x.progress.size() + x.done.size() + x.defer.size()
          + x.undefer.size())
         * staged_row_bytes;
}

size_t bytes_to_write(const queue::store_orders& x) {
  auto result = rows_to_write(x);
  for (const auto& y : x.keep)
    result += y.body->bytes();
  for (const auto& y : x.defer)
    result += y.body->bytes();
  return result;
}

} // namespace

queue_keeper::queue_keeper(keeping how, size_t memory, queue_id id)
  : how_(std::move(how)),
    queue_(std::make_shared<queue::channel_queue>(
      memory, how_.unix_offset ? how_.unix_offset() : queue::duration{})),
    place_(how_.store ? place::stored : place::memory_only),
    id_(id) {
  assert(invariant());
}

// -- for the owner ------------------------------------------------------------

void queue_keeper::talk(caf::local_actor* self, reading what) {
  const auto now = self->clock().now();
  report_memory(self, now);
  if (place_ != place::stored)
    return;
  if (queue_->deferred() > 0)
    look_at_clock();
  const auto flush = flush_at_ && *flush_at_ <= now;
  if (flush)
    flush_now(now);
  send_orders(self, flush);
  plan_flush(now);
  ask(self, what, now);
}

void queue_keeper::shed(caf::local_actor* self) {
  const auto now = self->clock().now();
  if (place_ == place::stored) {
    look_at_clock();
    queue_->shed(now);
    send_orders(self, true);
  }
  if (account_)
    account_->gave_up(queue_->bytes(), now);
}

void queue_keeper::look_at_clock() {
  if (how_.store && how_.unix_offset)
    queue_->set_clock(how_.unix_offset());
}

void queue_keeper::came(queue::time_point taken) noexcept {
  if (how_.copies && !new_since_)
    new_since_ = taken;
}

void queue_keeper::send_orders(caf::local_actor* self) {
  if (place_ == place::stored)
    send_orders(self, true);
}

/// Blocks were packed anew: the open ones, written by a late tick, would
/// replace those.
bool queue_keeper::save(caf::local_actor* self) {
  if (place_ == place::awaiting_id)
    return false;
  if (place_ != place::stored)
    return true;
  if (!queue_->can_save())
    return false;
  look_at_clock();
  queue_->save();
  send_orders(self, true);
  place_ = place::saved;
  id_ = 0;
  flush_at_.reset();
  return true;
}

void queue_keeper::clear() {
  queue_->clear();
  id_ = 0;
  in_transit_ = 0;
  flush_at_.reset();
  seen_since_.reset();
  new_since_.reset();
  if (place_ == place::memory_only || place_ == place::saved)
    return;
  ++clears_;
  place_ = place::awaiting_id;
}

void queue_keeper::change_owner(queue_id id, std::string label) {
  CAFQ_CHECK(place_ == place::stored);
  id_ = id;
  how_.label = std::move(label);
  in_transit_ = 0;
  queue_->forget_requests();
  account_.reset();
  loading_.reset();
  loading_due_.reset();
}

peek_answer
queue_keeper::peek(caf::local_actor* self, const queue::peek_request& what) {
  peek_answer result;
  result.page = queue_->peek(what);
  if (how_.unix_offset)
    result.unix_offset = how_.unix_offset();
  if (place_ != place::stored)
    return result;
  result.id = id_;
  if (result.page.rest)
    send_orders(self, true);
  return result;
}

/// Hands over what was here at the last tick, and all if that would make a
/// message older than promised: the tick, or the message, came late.
void queue_keeper::keep_copies(queue::time_point now) {
  queue_->keep_copies(now);
  handed_since_ = std::exchange(seen_since_, std::exchange(new_since_, {}));
  if (!seen_since_ || now - *seen_since_ < promise())
    return;
  queue_->keep_copies(now);
  if (!handed_since_)
    handed_since_ = seen_since_;
  seen_since_.reset();
}

// -- answers of the store -----------------------------------------------------

void queue_keeper::renamed(queue_id x) {
  // The node stops.
  if (place_ == place::saved)
    return;
  CAFQ_CHECK(place_ == place::awaiting_id);
  if (--clears_ > 0)
    return;
  place_ = place::stored;
  id_ = x;
}

void queue_keeper::kept(queue_id which, uint64_t messages) {
  if (!is(which))
    return;
  take_off(in_transit_, messages);
}

void queue_keeper::loaded(queue_id which, const blocks& x) {
  loading_.reset();
  if (is(which))
    queue_->loaded(x.list);
}

void queue_keeper::loaded(queue_id which, const due_messages& x) {
  loading_due_.reset();
  if (is(which))
    queue_->loaded(x.rows);
}

void queue_keeper::fetched(queue_id which, const bodies& x) {
  fetching_.reset();
  if (is(which))
    queue_->fetched(x.list);
}

// -- observers ----------------------------------------------------------------

bool queue_keeper::may_hold(const node_settings& settings) const {
  return !how_.store || settings.memory_to_spare();
}

bool queue_keeper::over_share(size_t share) const noexcept {
  return account_ && !account_->may_grow(share);
}

uint64_t queue_keeper::unplaced() const noexcept {
  if (place_ == place::memory_only)
    return queue_->unread();
  const auto waiting = place_ == place::stored ? 0 : queue_->orders().unplaced;
  return in_transit_ + waiting;
}

std::optional<queue::time_point> queue_keeper::next_deadline() const {
  auto result = queue_->next_deadline();
  if (flush_at_ && (!result || *flush_at_ < *result))
    result = flush_at_;
  return result;
}

bool queue_keeper::invariant() const {
  switch (place_) {
    case place::memory_only:
      return !how_.store && id_ == 0 && clears_ == 0 && in_transit_ == 0;
    case place::awaiting_id:
      return how_.store && id_ == 0 && clears_ > 0 && !flush_at_;
    case place::stored:
      return how_.store && id_ != 0 && clears_ == 0;
    case place::saved:
      return how_.store && id_ == 0 && clears_ == 0 && !flush_at_;
  }
  return false;
}

// -- details ------------------------------------------------------------------

/// Adds to the orders what may not wait longer.
void queue_keeper::flush_now(queue::time_point now) {
  flush_at_.reset();
  queue_->flush();
  if (how_.copies)
    keep_copies(now);
}

void queue_keeper::plan_flush(queue::time_point now) {
  handed_since_.reset();
  const auto unkept = queue_->has_unkept();
  if (!unkept) {
    seen_since_.reset();
    new_since_.reset();
  }
  if (!flush_at_
      && (queue_->wants_flush() || !queue_->orders().empty()
          || (how_.copies && unkept)))
    flush_at_ = now + how_.flush_interval;
}

/// Asks the store for what is wanted.
void queue_keeper::ask(caf::local_actor* self, reading what,
                       queue::time_point now) {
  using kind = memory_ledger::claim::kind;
  const auto spare = std::min(
    how_.memory ? how_.memory->spare(how_.memory_limit) : SIZE_MAX, most_read);
  const auto taking = what != reading::due;
  const auto send = [&](auto atom, auto&& x) {
    if (!x)
      return;
    // It may be among what the store has yet to be told of.
    send_orders(self, true);
    const auto me = owner_of(self);
    caf::send_as(me, how_.store, atom, id_, std::move(*x), me);
  };
  if (taking)
    if (auto x = queue_->wanted_blocks(spare)) {
      loading_ = claim_for(kind::reading, spare);
      send(atom::load_v, x);
    }
  if (auto x = queue_->wanted_deferred(now, what == reading::all, spare)) {
    loading_due_ = claim_for(kind::reading, x->max_bytes);
    send(atom::due_v, x);
  }
  if (auto x = queue_->wanted_bodies(taking, spare)) {
    fetching_ = claim_for(kind::reading, spare);
    send(atom::fetch_v, x);
  }
}

std::shared_ptr<const void>
queue_keeper::claim_for(memory_ledger::claim::kind what, size_t bytes) const {
  if (!how_.memory || bytes == 0)
    return nullptr;
  return std::make_shared<memory_ledger::claim>(how_.memory, what, bytes);
}

bool queue_keeper::may_give_out(size_t share) const noexcept {
  // What is given out comes back as rows.
  return (!bookkeeping_ || bookkeeping_->may_grow(share))
         && !(how_.writer && how_.writer->enough_rows(share / 2));
}

void queue_keeper::count_bookkeeping() {
  if (!how_.memory)
    return;
  if (!bookkeeping_) {
    if (queue_->bookkeeping() < unaccounted)
      return;
    bookkeeping_ = std::make_unique<memory_ledger::bookkeeping>(how_.memory);
  }
  bookkeeping_->takes(queue_->bookkeeping(), queue_->in_flight_bookkeeping());
}

void queue_keeper::report_memory(caf::local_actor* self,
                                 queue::time_point now) {
  if (!how_.memory)
    return;
  count_bookkeeping();
  // What cannot leave memory counts with all that it takes: messages may be
  // many, and small.
  const auto bytes = how_.store ? queue_->bytes() : queue_->memory();
  if (!account_ && bytes >= (how_.store ? unaccounted : 1))
    account_ = std::make_shared<memory_ledger::account>(
      how_.memory, how_.label, how_.store ? storable::yes : storable::no,
      [who = caf::weak_actor_ptr{self->ctrl()}] {
        if (const auto x = caf::actor_cast<caf::strong_actor_ptr>(who))
          caf::anon_send(caf::actor_cast<owner_actor>(x), atom::shed_v);
      });
  if (account_)
    account_->holds(bytes, now);
  how_.memory->relieve(how_.memory_limit, now);
}

void queue_keeper::send_orders(caf::local_actor* self, bool all) {
  const auto& x = queue_->orders();
  const auto urgent = !x.keep.empty() || !x.defer.empty() || !x.progress.empty()
                      || x.done.size() + x.undefer.size() >= many_done;
  if (x.empty() || !(all || urgent))
    return;
  orders_ptr message{new orders};
  message->list = queue_->take_orders();
  if (const auto bytes = bytes_to_write(message->list);
      how_.writer && bytes > 0)
    message->writing = std::make_shared<memory_ledger::claim>(
      how_.writer, bytes, rows_to_write(message->list));
  if (handed_since_
      && !(message->list.keep.empty() && message->list.defer.empty())) {
    message->since = *handed_since_;
    message->promise = promise();
  }
  in_transit_ += message->list.unplaced;
  const auto me = owner_of(self);
  caf::send_as(me, how_.store, atom::keep_v, id_, std::move(message), me);
}

} // namespace cafq
