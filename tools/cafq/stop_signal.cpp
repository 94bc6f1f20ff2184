#include "tools/cafq/stop_signal.hpp"

#include "tools/cafq/error.hpp"

#include <array>
#include <csignal>

#include <poll.h>
#include <sys/signalfd.h>

namespace cafq::tool {

stop_signal::stop_signal() {
  sigset_t set{};
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGINT);
  ::sigaddset(&set, SIGTERM);
  if (::sigprocmask(SIG_BLOCK, &set, nullptr) != 0)
    throw error("cannot block signals");
  signals_ = unique_fd{::signalfd(-1, &set, SFD_CLOEXEC)};
  if (signals_.get() < 0)
    throw error("cannot wait for signals");
}

bool stop_signal::wait_readable(int fd) const {
  std::array<pollfd, 2> fds{
    pollfd{.fd = fd, .events = POLLIN, .revents = 0},
    pollfd{.fd = signals_.get(), .events = POLLIN, .revents = 0}};
  while (::poll(fds.data(), fds.size(), -1) < 0) {
    // only EINTR, and the signals we end at are blocked
  }
  return fds[1].revents == 0;
}

} // namespace cafq::tool
