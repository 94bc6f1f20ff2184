#include "actors/queue/open_blocks.hpp"

#include "net/protocol/contract.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace cafq::queue {

namespace {

slot* find_in(open_block& x, uint64_t number) {
  const auto index = x.body->index_of(number);
  if (!index || x.slots[*index].state != slot_state::in_flight)
    return nullptr;
  return &x.slots[*index];
}

bool has_gaps(const block& x) {
  return x.number(x.count() - 1) - x.first_number() + 1 != x.count();
}

} // namespace

open_block& open_blocks::open(backlog_block x) {
  const auto key = x.body->first_number();
  if (has_gaps(*x.body))
    sparse_.push_back(key);
  auto& result = fill(blocks_[key], std::move(x.body));
  result.stored = x.stored;
  for (size_t i = 0; i < result.body->count(); ++i) {
    result.slots[i].attempts = result.body->attempts(i);
    if (x.progress.finished[i]) {
      result.slots[i].state = slot_state::gone;
      --result.not_gone;
    }
  }
  for (auto [index, attempts] : x.progress.attempts)
    result.slots[index].attempts = attempts;
  return result;
}

open_block& open_blocks::open(deferred_set::item x) {
  const auto key = x.body->first_number();
  auto& result = fill(alone_[key], std::move(x.body));
  result.alone = true;
  result.next_unread = 1;
  result.row = x.row;
  result.slots[0].attempts = x.attempts;
  return result;
}

slot* open_blocks::in_flight(uint64_t number) {
  if (last_found_)
    if (auto* x = find_in(*last_found_, number))
      return x;
  slot* result = nullptr;
  if (auto i = blocks_.upper_bound(number); i != blocks_.begin())
    result = find_in(std::prev(i)->second, number);
  if (!result)
    result = find_among_sparse(number);
  if (auto i = alone_.find(number); !result && i != alone_.end())
    result = find_in(i->second, number);
  if (result)
    last_found_ = result->home;
  return result;
}

open_block* open_blocks::find(uint64_t first_number) {
  const auto i = blocks_.find(first_number);
  return i != blocks_.end() ? &i->second : nullptr;
}

open_block* open_blocks::find_alone(uint64_t number) {
  const auto i = alone_.find(number);
  return i != alone_.end() ? &i->second : nullptr;
}

void open_blocks::close(open_block& x) {
  if (last_found_ == &x)
    last_found_ = nullptr;
  assert(slots_ >= x.body->count());
  slots_ -= x.body->count();
  const auto key = x.body->first_number();
  if (x.alone) {
    alone_.erase(key);
    return;
  }
  if (has_gaps(*x.body))
    std::erase(sparse_, key);
  blocks_.erase(key);
}

void open_blocks::clear() {
  blocks_.clear();
  alone_.clear();
  sparse_.clear();
  slots_ = 0;
  last_found_ = nullptr;
}

bool open_blocks::invariant() const {
  size_t slots = 0;
  size_t sparse = 0;
  auto sound = true;
  const auto look = [&](uint64_t number, const open_block& x) {
    const auto count = x.body->count();
    slots += count;
    sound &= number == x.body->first_number() && x.next_unread <= count;
    for (size_t i = 0; i < count; ++i) {
      const auto unread = x.slots[i].state == slot_state::unread;
      sound &= x.slots[i].home == &x && x.slots[i].index == i
               && (!unread || i >= x.next_unread);
    }
  };
  for (const auto& [number, x] : blocks_) {
    look(number, x);
    sparse += has_gaps(*x.body);
    sound &= !x.alone;
  }
  for (const auto& [number, x] : alone_) {
    look(number, x);
    sound &= x.alone && x.body->count() == 1;
  }
  return sound && slots == slots_ && sparse == sparse_.size();
}

open_block& open_blocks::fill(open_block& x, block_ptr body) {
  CAFQ_CHECK(!x.body);
  const auto count = static_cast<uint16_t>(body->count());
  x.slots = std::make_unique<slot[]>(count);
  slots_ += count;
  x.not_gone = count;
  for (uint16_t i = 0; i < count; ++i) {
    x.slots[i].home = &x;
    x.slots[i].index = i;
  }
  x.body = std::move(body);
  return x;
}

slot* open_blocks::find_among_sparse(uint64_t number) {
  for (auto key : sparse_)
    if (auto* x = find_in(blocks_.at(key), number))
      return x;
  return nullptr;
}

block_progress progress_of(const open_block& x) {
  block_progress result;
  for (size_t i = 0; i < x.body->count(); ++i) {
    const auto& y = x.slots[i];
    if (y.state == slot_state::gone)
      result.finished.set(i);
    else if (y.attempts != x.body->attempts(i))
      result.attempts.emplace_back(static_cast<uint16_t>(i), y.attempts);
  }
  return result;
}

} // namespace cafq::queue
