#include "actors/commit_pause.hpp"

#include <algorithm>
#include <utility>

namespace cafq {

void commit_pause::committed(queue::time_point now, queue::duration took,
                             size_t answered) noexcept {
  const auto pause = std::min(took, longest);
  answered_ = pause < shortest ? 0 : answered;
  until_ = now + pause;
  first_ = true;
}

queue::duration
commit_pause::before_commit(queue::time_point now, size_t waiting) noexcept {
  if (std::exchange(first_, false))
    hoped_ = answered_ + waiting;
  if (std::exchange(paused_, false)) {
    if (waiting >= hoped_)
      trial_.succeeded();
    else
      trial_.failed();
    return {};
  }
  if (waiting == 0 || waiting >= hoped_ || now >= until_ || !trial_.worth_it())
    return {};
  paused_ = true;
  return until_ - now;
}

} // namespace cafq
