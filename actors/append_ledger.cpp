#include "actors/append_ledger.hpp"

namespace cafq {

uint64_t append_ledger::add(put x, size_t copies, queue::time_point now) {
  if (puts_.empty())
    progress_ = now;
  x.id = ++last_id_;
  x.bytes = 0;
  for (const auto& item : x.body->items)
    x.bytes += item.body->bytes();
  x.bytes *= copies;
  bytes_ += x.bytes;
  held_ += size_t{x.held};
  puts_.push_back(std::move(x));
  return last_id_;
}

bool append_ledger::moved(uint64_t first, queue::time_point now) {
  progress_ = now;
  if (moving_.empty() || moving_.front() != first)
    return false;
  moving_.pop_front();
  return true;
}

bool append_ledger::invariant() const noexcept {
  size_t bytes = 0;
  size_t held = 0;
  uint64_t before = 0;
  for (const auto& x : puts_) {
    if (x.id <= before || x.id > last_id_)
      return false;
    before = x.id;
    bytes += x.bytes;
    held += size_t{x.held};
  }
  before = 0;
  for (const auto id : moving_) {
    if (id <= before || id > last_id_)
      return false;
    before = id;
  }
  return bytes == bytes_ && held == held_;
}

} // namespace cafq
