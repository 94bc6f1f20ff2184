#include "net/loop/timed_multiplexer.hpp"

#include <caf/io/network/event_handler.hpp>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <system_error>

#include <sys/timerfd.h>
#include <unistd.h>

namespace cafq::net {

namespace {

int make_timer() {
  // The clock of std::chrono::steady_clock, and of actors.
  const auto fd = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (fd < 0)
    throw std::system_error(errno, std::generic_category(), "timerfd_create");
  return fd;
}

} // namespace

/// The timer of the kernel, as CAF's event loop sees it.
class timed_multiplexer::alarm : public caf::io::network::event_handler {
public:
  explicit alarm(timed_multiplexer& parent)
    : caf::io::network::event_handler(parent, make_timer()), parent_(parent) {
    activate();
  }

  void set(queue::time_point when) noexcept {
    using namespace std::chrono;
    // All zero would be none.
    const auto t = std::max(when.time_since_epoch(), queue::duration{1});
    const auto s = duration_cast<seconds>(t);
    itimerspec x{};
    x.it_value.tv_sec = s.count();
    x.it_value.tv_nsec = duration_cast<nanoseconds>(t - s).count();
    ::timerfd_settime(fd(), TFD_TIMER_ABSTIME, &x, nullptr);
  }

  void stop() {
    passivate();
  }

  void handle_event(caf::io::network::operation) override {
    uint64_t count = 0;
    if (::read(fd(), &count, sizeof(count)) < 0)
      return; // set anew meanwhile
    parent_.timers_fired_ = true;
    parent_.fire(std::chrono::steady_clock::now());
  }

  void removed_from_loop(caf::io::network::operation) override {
    // nop
  }

  void graceful_shutdown() override {
    // nop
  }

private:
  timed_multiplexer& parent_;
};

/// CAF's loop runs until nobody listens on it any more, so the timer leaves
/// when it is to stop.
class timed_multiplexer::stopping : public supervisor {
public:
  stopping(timed_multiplexer* parent, supervisor_ptr inner) noexcept
    : parent_(parent), inner_(std::move(inner)) {
    // nop
  }

  stopping(const stopping&) = delete;
  stopping& operator=(const stopping&) = delete;

  ~stopping() override {
    parent_->dispatch([parent = parent_] { parent->alarm_->stop(); });
  }

private:
  timed_multiplexer* parent_;
  /// Ends behind that.
  supervisor_ptr inner_;
};

timed_multiplexer::timed_multiplexer(caf::actor_system* sys)
  : super(sys), alarm_(std::make_unique<alarm>(*this)) {
  // nop
}

timed_multiplexer::~timed_multiplexer() = default;

timed_multiplexer::supervisor_ptr timed_multiplexer::make_supervisor() {
  return std::make_unique<stopping>(this, super::make_supervisor());
}

void timed_multiplexer::wake_at(queue::time_point when) {
  alarm_->set(when);
}

} // namespace cafq::net
