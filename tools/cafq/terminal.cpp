#include "tools/cafq/terminal.hpp"

#include "tools/cafq/error.hpp"

#include <array>
#include <csignal>
#include <iostream>

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace cafq::tool {

namespace {

// Another screen without a cursor, and back.
constexpr std::string_view enter_screen = "\x1b[?1049h\x1b[?25l";
constexpr std::string_view leave_screen = "\x1b[?25h\x1b[?1049l";

unique_fd watch_signals() {
  sigset_t set{};
  ::sigemptyset(&set);
  for (const auto x : {SIGINT, SIGTERM, SIGWINCH})
    ::sigaddset(&set, x);
  if (::sigprocmask(SIG_BLOCK, &set, nullptr) != 0)
    throw error("cannot block signals");
  return unique_fd{::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
}

} // namespace

bool terminal::is_there() noexcept {
  return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
}

terminal::terminal() : signals_(watch_signals()) {
  if (signals_.get() < 0 || ::tcgetattr(STDIN_FILENO, &before_) != 0)
    throw error("this is no terminal");
  auto raw = before_;
  // Signals still come by their keys.
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  std::cout << enter_screen << std::flush;
}

terminal::~terminal() {
  std::cout << leave_screen << std::flush;
  ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

terminal::event terminal::wait(std::chrono::milliseconds most) {
  std::array<pollfd, 2> fds{
    pollfd{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
    pollfd{.fd = signals_.get(), .events = POLLIN, .revents = 0}};
  ::poll(fds.data(), fds.size(), static_cast<int>(most.count()));
  signalfd_siginfo what{};
  if (::read(signals_.get(), &what, sizeof(what)) > 0)
    return what.ssi_signo == SIGWINCH ? event::resized : event::stop;
  if ((fds[0].revents & POLLIN) != 0)
    return event::key;
  // Nobody is there any more.
  return fds[0].revents != 0 ? event::stop : event::time;
}

std::string terminal::keys() {
  std::array<char, 64> buffer{};
  const auto n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
  return {buffer.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
}

terminal::size terminal::get_size() const noexcept {
  winsize x{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &x) != 0 || x.ws_col == 0)
    return {};
  return {x.ws_col, x.ws_row};
}

void terminal::show(std::string_view text) const {
  // Line by line, so that nothing flickers. A line as wide as the terminal
  // would lose its last character if the rest was cleared behind it.
  std::string out = "\x1b[H\x1b[K";
  for (const auto c : text) {
    out += c;
    if (c == '\n')
      out += "\x1b[K";
  }
  std::cout << out << "\x1b[J" << std::flush;
}

} // namespace cafq::tool
