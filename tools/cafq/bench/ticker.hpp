#pragma once

#include "tools/cafq/bench/event_loop.hpp"

#include <cstdint>
#include <functional>

namespace cafq::bench {

/// Calls at start, start + interval, ...: a timer descriptor, which the
/// kernel does not round as it does the timeout of epoll_wait.
class ticker final : public event_handler {
public:
  /// @param on_ticks Gets how many are due since the last call.
  ticker(event_loop& loop, time_point start, duration interval,
         std::function<void(std::uint64_t)> on_ticks);

  void on_event(std::uint32_t events) override;

private:
  tool::unique_fd timer_;
  std::function<void(std::uint64_t)> on_ticks_;
};

} // namespace cafq::bench
