#include "actors/client_memory.hpp"

#include "net/protocol/contract.hpp"

#include <cassert>
#include <utility>

namespace cafq {

// -- all of them --------------------------------------------------------------

bool client_memory::invariant() const {
  size_t bytes = 0;
  size_t leaving = 0;
  for (size_t i = 0; i < all_.size(); ++i) {
    const auto& x = *all_[i];
    if (x.place_ != i)
      return false;
    bytes += x.bytes_;
    leaving += x.leaving_ ? x.bytes_ : 0;
  }
  return bytes == bytes_ && leaving == leaving_;
}

void client_memory::changed(size_t before, size_t now) {
  assert(owner_.is_here());
  CAFQ_CHECK_OR_END(before <= bytes_);
  ++steps_;
  bytes_ += now - before;
  all_bytes_.fetch_add(now - before, std::memory_order_relaxed);
  if (tight_ || bytes_ > limit_ / 2)
    judge();
}

void client_memory::judge() {
  if (!tight_) {
    tight_ = true;
    times_tight_.fetch_add(1, std::memory_order_relaxed);
    ask_to_shrink();
  } else if (bytes_ < limit_ / 8 * 3) {
    // Well below, or it would be asked for again and again.
    tight_ = false;
  }
  while (bytes_ - leaving_ > limit_ && end_one())
    ended_.fetch_add(1, std::memory_order_relaxed);
}

void client_memory::ask_to_shrink() {
  for (const auto* x : all_)
    if (x->bytes_ > 0)
      x->ask_(wish::shrink);
}

/// Tells one client to go.
/// @returns false if none has to.
bool client_memory::end_one() {
  size_t largest = 0;
  client_share* worst = nullptr;
  for (auto* x : all_) {
    if (x->leaving_)
      continue;
    largest = std::max(largest, x->bytes_);
    if (!worst || x->weight() > worst->weight())
      worst = x;
  }
  if (!worst || bytes_ - leaving_ - largest <= limit_ / 2)
    return false;
  worst->leaving_ = true;
  leaving_ += worst->bytes_;
  worst->ask_(wish::leave);
  return true;
}

// -- one of them --------------------------------------------------------------

client_share::client_share(std::shared_ptr<client_memory> in, ask tell)
  : in_(std::move(in)), ask_(std::move(tell)), place_(in_->all_.size()) {
  in_->all_.push_back(this);
}

client_share::~client_share() {
  auto& all = in_->all_;
  all[place_] = all.back();
  all[place_]->place_ = place_;
  all.pop_back();
  if (bytes_ > 0)
    change(0);
}

void client_share::change(size_t now) {
  if (now < bytes_ || bytes_ == 0)
    moved_ = in_->steps_;
  const auto before = std::exchange(bytes_, now);
  if (leaving_)
    in_->leaving_ += now - before;
  in_->changed(before, now);
}

/// How much it holds, times how long nothing of that went.
double client_share::weight() const noexcept {
  return static_cast<double>(bytes_)
         * static_cast<double>(in_->steps_ - moved_ + 1);
}

} // namespace cafq
