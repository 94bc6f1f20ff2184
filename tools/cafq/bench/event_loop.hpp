#pragma once

#include "tools/cafq/bench/clock.hpp"
#include "tools/cafq/unique_fd.hpp"

#include <array>
#include <cstdint>

#include <sys/epoll.h>

namespace cafq::bench {

/// What an event_loop calls.
class event_handler {
public:
  event_handler() = default;
  event_handler(const event_handler&) = delete;
  event_handler(event_handler&&) = delete;
  event_handler& operator=(const event_handler&) = delete;
  event_handler& operator=(event_handler&&) = delete;
  virtual ~event_handler() = default;

  /// @param events EPOLLIN and so on.
  virtual void on_event(std::uint32_t events) = 0;
};

/// epoll, level-triggered. Handlers must outlive it or never be polled again.
class event_loop {
public:
  event_loop();

  void add(int fd, event_handler& handler, std::uint32_t events);

  void modify(int fd, event_handler& handler, std::uint32_t events);

  /// Calls the handlers of what is ready; waits at most this long for some.
  void poll(std::chrono::milliseconds timeout);

private:
  void
  control(int operation, int fd, event_handler& handler, std::uint32_t events);

  tool::unique_fd epoll_;
  std::array<epoll_event, 256> ready_{};
};

} // namespace cafq::bench
