#include "tools/cafq/bench/ticker.hpp"

#include "tools/cafq/error.hpp"

#include <algorithm>
#include <utility>

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace cafq::bench {

namespace {

timespec to_timespec(std::chrono::nanoseconds d) {
  return {.tv_sec = d.count() / 1'000'000'000,
          .tv_nsec = d.count() % 1'000'000'000};
}

} // namespace

ticker::ticker(event_loop& loop, time_point start, duration interval,
               std::function<void(std::uint64_t)> on_ticks)
  : timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)),
    on_ticks_(std::move(on_ticks)) {
  const itimerspec when{
    .it_interval = to_timespec(std::max(interval, duration{1})),
    .it_value = to_timespec(start.time_since_epoch())};
  if (timer_.get() < 0
      || ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr)
           != 0)
    throw tool::error("cannot create a timer");
  loop.add(timer_.get(), *this, EPOLLIN);
}

void ticker::on_event(std::uint32_t) {
  std::uint64_t ticks = 0;
  if (::read(timer_.get(), &ticks, sizeof(ticks)) == sizeof(ticks))
    on_ticks_(ticks);
}

} // namespace cafq::bench
