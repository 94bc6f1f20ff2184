#include "tools/daemon/signals.hpp"

#include <csignal>
#include <initializer_list>

namespace cafq {

namespace {

sigset_t make_set(std::initializer_list<int> signals) {
  sigset_t result;
  sigemptyset(&result);
  for (auto x : signals)
    sigaddset(&result, x);
  return result;
}

} // namespace

void block_signals() {
  const auto set = make_set({SIGINT, SIGTERM, SIGHUP});
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A write to a socket that its peer closed is an error, not a reason to die;
  // so is a write beyond the size that a file may have. The others mean nothing
  // here, and would end the process without a save. What is left is for those
  // who want a core, or the end at once.
  for (const auto x : {SIGALRM, SIGIO, SIGPIPE, SIGPROF, SIGPWR, SIGSTKFLT,
                       SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ})
    ::signal(x, SIG_IGN);
  for (auto x = SIGRTMIN; x <= SIGRTMAX; ++x)
    ::signal(x, SIG_IGN);
}

const char* wait_for_stop(const std::function<void()>& reload) {
  const auto set = make_set({SIGINT, SIGTERM, SIGHUP});
  for (;;) {
    int received = 0;
    if (::sigwait(&set, &received) != 0)
      continue;
    if (received == SIGHUP) {
      reload();
      continue;
    }
    return received == SIGINT ? "SIGINT" : "SIGTERM";
  }
}

void die_on_next_signal() {
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
  const auto set = make_set({SIGINT, SIGTERM});
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

} // namespace cafq
