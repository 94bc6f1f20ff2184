#include "tools/cafq/bench/budget.hpp"

namespace cafq::bench {

budget::budget(double rate) noexcept : rate_(rate) {
  // nop
}

void budget::start(time_point now, time_point end) {
  restart(now);
  end_ = end;
}

void budget::start(time_point now, std::uint64_t commands) {
  restart(now);
  left_ = commands;
}

void budget::restart(time_point now) {
  start_ = now;
  taken_ = 0;
  left_.reset();
  end_.reset();
}

bool budget::take(time_point now) {
  if (spent(now))
    return false;
  if (rate_ > 0
      && static_cast<double>(taken_) > to_seconds(now - start_) * rate_)
    return false;
  ++taken_;
  if (left_)
    --*left_;
  return true;
}

bool budget::spent(time_point now) const {
  return (left_ && *left_ == 0) || (end_ && now >= *end_);
}

} // namespace cafq::bench
