#include "actors/commit_schedule.hpp"

#include <utility>

namespace cafq {

bool commit_schedule::want() noexcept {
  return !std::exchange(asked_, true);
}

bool commit_schedule::appended(size_t messages) noexcept {
  waiting_ += messages;
  if (!pausing_ || !pause_.complete(waiting_))
    return false;
  pausing_ = false;
  return true;
}

std::optional<commit_schedule::pause>
commit_schedule::begin(queue::time_point now) noexcept {
  // Staging wants this very commit.
  asked_ = true;
  const auto length = pause_.before_commit(now, waiting_);
  pausing_ = length > queue::duration::zero();
  if (!pausing_)
    return std::nullopt;
  return pause{length, ++pauses_};
}

bool commit_schedule::committed(queue::time_point now,
                                queue::duration took) noexcept {
  failing_since_.reset();
  const auto answered = std::exchange(waiting_, 0);
  if (answered > 0)
    pause_.committed(now, took, answered);
  return answered > 0;
}

void commit_schedule::failed(queue::time_point now) noexcept {
  if (!failing_since_)
    failing_since_ = now;
  waiting_ = 0;
  asked_ = true;
}

} // namespace cafq
