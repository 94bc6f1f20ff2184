#include "tools/cafq/bench/event_loop.hpp"

#include "tools/cafq/error.hpp"

namespace cafq::bench {

event_loop::event_loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_.get() < 0)
    throw tool::error("cannot create an epoll instance");
}

void event_loop::add(int fd, event_handler& handler, std::uint32_t events) {
  control(EPOLL_CTL_ADD, fd, handler, events);
}

void event_loop::modify(int fd, event_handler& handler, std::uint32_t events) {
  control(EPOLL_CTL_MOD, fd, handler, events);
}

void event_loop::poll(std::chrono::milliseconds timeout) {
  const auto n = ::epoll_wait(epoll_.get(), ready_.data(),
                              static_cast<int>(ready_.size()),
                              static_cast<int>(timeout.count()));
  for (int i = 0; i < n; ++i) {
    const auto& event = ready_[static_cast<std::size_t>(i)];
    static_cast<event_handler*>(event.data.ptr)->on_event(event.events);
  }
}

void event_loop::control(int operation, int fd, event_handler& handler,
                         std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  if (::epoll_ctl(epoll_.get(), operation, fd, &event) != 0)
    throw tool::error("cannot watch a connection");
}

} // namespace cafq::bench
