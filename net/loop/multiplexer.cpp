#include "net/loop/multiplexer.hpp"

#include "actors/counting_actor.hpp"
#include "actors/metrics.hpp"

#include <caf/logger.hpp>

#include <chrono>
#include <ctime>
#include <thread>

namespace cafq::net {

namespace {

/// CAF, as Debian builds it, writes no log, but notes for each message, in a
/// map behind a lock, which actor is at work: 750 instructions of a PUB's
/// 10,700. It does so in threads with a logger, and gives them one whenever
/// they spawn.
void forget_caf_logger() {
  caf::logger::set_current_actor_system(nullptr);
}

/// How long the sockets may wait for topics and channels in one turn.
constexpr auto patience = std::chrono::milliseconds{1};

/// How long to ask for events before the loop sleeps. To sleep and be woken
/// takes a thread, and a virtual CPU that halts, some 40 us; a client on the
/// same machine needs 10 to 20 us to come back, one near by less than this. In
/// vain where the sender waits for this very core, or has nothing to say.
constexpr auto busy_wait = std::chrono::microseconds{100};

/// Returns what this thread has used of a processor.
queue::duration thread_time() {
  timespec x{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &x);
  return std::chrono::seconds{x.tv_sec} + std::chrono::nanoseconds{x.tv_nsec};
}

} // namespace

/// Travels through CAF's pipe in place of the actors that were woken.
class multiplexer::drain_request
  : public caf::io::network::multiplexer::runnable {
public:
  using action = void (multiplexer::*)();

  drain_request(multiplexer* parent, action what) noexcept
    : parent_(parent), what_(what) {
    // nop
  }

  resume_result resume(caf::execution_unit*, size_t) override {
    (parent_->*what_)();
    return done;
  }

private:
  multiplexer* parent_;
  action what_;
};

multiplexer::multiplexer(caf::actor_system* sys)
  : super(sys),
    drain_request_(caf::make_counted<drain_request>(this, &multiplexer::drain)),
    drain_here_request_(
      caf::make_counted<drain_request>(this, &multiplexer::drain_here)) {
  // nop
}

multiplexer::~multiplexer() {
  // Actors that ended while they were in line. They are not cleaned up again:
  // that needs CAF's clock, whose thread has ended by now.
  for (auto* list : {&woken_, &woken_here_, &draining_})
    for (auto* ptr : *list)
      caf::intrusive_ptr_release(ptr);
}

void multiplexer::exec_later(caf::resumable* ptr) {
  const auto kind = ptr->subtype();
  const auto broker = kind == caf::resumable::io_actor;
  const auto function = kind == caf::resumable::function_object;
  // Those that are not ours may take long, and stay in the pool.
  const auto pooled = kind == caf::resumable::scheduled_actor
                      && dynamic_cast<runs_on_loop*>(ptr) != nullptr;
  const auto here = std::this_thread::get_id() == thread_id();
  if (here && (broker || pooled)) {
    woken_here_.push_back(ptr);
    if (woken_here_.size() == 1 && !in_drain_here_)
      drain_later(drain_here_request_);
    return;
  }
  if (here || !(broker || function)) {
    super::exec_later(ptr);
    return;
  }
  bool first = false;
  {
    const std::lock_guard guard{mutex_};
    first = woken_.empty();
    woken_.push_back(ptr);
  }
  if (first)
    drain_later(drain_request_);
}

void multiplexer::run() {
  // As CAF does it: without handlers, only what was posted here is left.
  while (num_socket_handlers() > 0) {
    forget_caf_logger();
    if (!(busy_wait_.worth_it() && wait_awake()))
      run_once();
    const auto now = std::chrono::steady_clock::now();
    if (const auto long_one = watch_.turn_ended(now, thread_time)) {
      metrics().add_turn(*long_one);
      crowded.turn_took(*long_one, now);
    }
  }
  super::run();
}

bool multiplexer::wait_awake() {
  // What has come already says nothing about waiting.
  if (try_run_once())
    return true;
  // Nobody comes back at once because it was time for something.
  if (take_timers_fired())
    return false;
  using clock = std::chrono::steady_clock;
  auto now = clock::now();
  for (const auto until = now + busy_wait; now < until; now = clock::now())
    if (try_run_once()) {
      // Else this thread was put off its core, for the sender perhaps.
      if (clock::now() - now < busy_wait)
        busy_wait_.succeeded();
      else
        busy_wait_.failed();
      return true;
    }
  busy_wait_.failed();
  return false;
}

void multiplexer::drain_later(const caf::intrusive_ptr<drain_request>& x) {
  super::exec_later(caf::intrusive_ptr<drain_request>{x}.detach());
}

void multiplexer::drain() {
  {
    const std::lock_guard guard{mutex_};
    draining_.insert(draining_.end(), woken_.begin(), woken_.end());
    woken_.clear();
  }
  // The sockets do not wait for more: large messages for very many consumers
  // take long to copy.
  const auto until = std::chrono::steady_clock::now() + patience;
  size_t done = 0;
  while (done < draining_.size()
         && (done == 0 || std::chrono::steady_clock::now() < until))
    resume(caf::intrusive_ptr<caf::resumable>{draining_[done++], false});
  draining_.erase(draining_.begin(),
                  draining_.begin() + static_cast<ptrdiff_t>(done));
  if (!draining_.empty())
    drain_later(drain_request_);
}

void multiplexer::drain_here() {
  in_drain_here_ = true;
  const auto until = std::chrono::steady_clock::now() + patience;
  auto in_time = true;
  // What these wake in turn follows at once: the OK of a PUB leaves before the
  // loop asks for events again.
  while (!woken_here_.empty()) {
    draining_here_.swap(woken_here_);
    for (auto* ptr : draining_here_) {
      in_time = in_time && std::chrono::steady_clock::now() < until;
      if (in_time)
        resume(caf::intrusive_ptr<caf::resumable>{ptr, false});
      else
        super::exec_later(ptr);
    }
    draining_here_.clear();
  }
  in_drain_here_ = false;
}

} // namespace cafq::net
