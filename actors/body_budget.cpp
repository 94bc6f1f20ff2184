#include "actors/body_budget.hpp"

#include "actors/memory_ledger.hpp"
#include "actors/queue/block.hpp"
#include "net/protocol/contract.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace cafq {

// -- the budget ---------------------------------------------------------------

bool body_budget::fits(size_t bytes) const noexcept {
  return bytes_ == 0 || (bytes <= limit_ && bytes_ <= limit_ - bytes);
}

void body_budget::take(size_t bytes) noexcept {
  assert(owner_.is_here());
  bytes_ += bytes;
  all_bytes_.fetch_add(bytes, std::memory_order_relaxed);
}

bool body_budget::invariant() const {
  return line_.empty() || !fits(line_.front()->bytes_);
}

void body_budget::let_next() {
  // One that does not fit holds up those behind it, or it would never fit.
  while (!line_.empty() && fits(line_.front()->bytes_)) {
    auto& next = *line_.front();
    line_.pop_front();
    take_off(all_waiting_, 1);
    take(next.bytes_);
    next.granted_ = true;
    next.wake_();
  }
}

// -- a claim ------------------------------------------------------------------

body_claim::body_claim(std::shared_ptr<body_budget> from, size_t bytes,
                       std::function<void()> wake)
  : from_(std::move(from)), bytes_(bytes), wake_(std::move(wake)) {
  if (from_->line_.empty() && from_->fits(bytes)) {
    from_->take(bytes);
    granted_ = true;
  } else {
    place_ = from_->line_.insert(from_->line_.end(), this);
    body_budget::all_waiting_.fetch_add(1, std::memory_order_relaxed);
  }
}

body_claim::~body_claim() {
  if (granted_) {
    becomes_messages();
    CAFQ_CHECK_OR_END(bytes_ <= from_->bytes_);
    from_->bytes_ -= bytes_;
  } else {
    // It may have held up others.
    from_->line_.erase(place_);
    take_off(body_budget::all_waiting_, 1);
  }
  from_->let_next();
}

void body_claim::becomes_messages() noexcept {
  CAFQ_CHECK_OR_END(granted_);
  if (!std::exchange(messages_, true))
    take_off(body_budget::all_bytes_, bytes_);
}

bool body_claim::grow_to(size_t bytes) {
  CAFQ_CHECK(granted_ && !messages_);
  if (bytes <= bytes_)
    return true;
  const auto more = bytes - bytes_;
  const auto alone = from_->bytes_ == bytes_;
  if (!from_->line_.empty() || !(alone || from_->fits(more)))
    return false;
  from_->take(more);
  bytes_ = bytes;
  return true;
}

void body_claim::shrink_to(size_t bytes) {
  CAFQ_CHECK(granted_);
  if (bytes >= bytes_)
    return;
  const auto less = bytes_ - bytes;
  bytes_ = bytes;
  CAFQ_CHECK_OR_END(less <= from_->bytes_);
  from_->bytes_ -= less;
  if (!messages_)
    take_off(body_budget::all_bytes_, less);
  from_->let_next();
}

bool body_claim::too_slow(queue::time_point now, uint64_t received) {
  if (look_at_ && now < *look_at_)
    return false;
  const uint64_t others = from_->line_.size();
  const auto rate = std::min(slowest * (1 + others), slowest_of_many);
  const auto least = rate * static_cast<uint64_t>(looks_after_.count()) / 1000;
  const auto slow = look_at_ && others > 0 && received - received_ < least;
  // Many that wait shall not wait for one look after the other.
  looks_after_ = std::max(look_interval / static_cast<int>(1 + others / 8),
                          shortest_look_interval);
  look_at_ = now + looks_after_;
  received_ = received;
  return slow;
}

size_t message_memory() noexcept {
  return queue::block::bytes_in_memory() + body_budget::bytes_in_memory()
         + memory_ledger::all_bookkeeping();
}

} // namespace cafq
