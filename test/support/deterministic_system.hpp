#pragma once

#include "actors/interfaces.hpp"
#include "actors/queue/deadline_index.hpp"
#include "config/log.hpp"
#include "test/support/fake_network.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace cafq::test {

/// Tells CAF about all types of messages.
void add_message_types(caf::actor_system_config& cfg);

/// An actor system without threads or a real clock.
///
/// Nothing happens until a test says so: `run` drains all mailboxes,
/// `advance` moves the clock and fires timeouts that come due.
/// @tparam Network The multiplexer; its `work` says whether there was any.
template <class Network>
class deterministic_system_on {
public:
  deterministic_system_on()
    : sys(configure(cfg)),
      sched(dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler())),
      mpx(dynamic_cast<Network&>(sys.middleman().backend())),
      self(sys, true) {
    log::set_level(log::level::fatal);
    // Some code treats time zero as "never". A multiple of the granularity of
    // deadlines, so that those a multiple of it away are exact.
    sched.clock().current_time
      = queue::time_point{} + 1'000'000 * queue::deadline_index::granularity;
  }

  deterministic_system_on(const deterministic_system_on&) = delete;
  deterministic_system_on& operator=(const deterministic_system_on&) = delete;

  ~deterministic_system_on() {
    // Let actors see their exit messages before the system goes away.
    run();
    sched.inline_all_enqueues();
  }

  /// Runs all actors until every mailbox is empty.
  void run() {
    while (sched.try_run_once() || mpx.work())
      ;
  }

  /// Moves time forward, then runs whatever woke up.
  void advance(caf::timespan by) {
    sched.advance_time(by);
    run();
  }

  /// Moves time forward in steps, so that a timer that is armed again and
  /// again fires as often as it would.
  void pass(caf::timespan time, caf::timespan step) {
    for (; time > caf::timespan{0}; time -= step)
      advance(std::min(time, step));
  }

  [[nodiscard]] queue::time_point now() {
    return sched.clock().now();
  }

  /// Returns how many timers are armed.
  [[nodiscard]] size_t timers() {
    return sched.clock().schedule().size() + mpx.count();
  }

  /// Sends a request and returns the answer, nothing if it is an error, which
  /// then is `last_error`.
  template <class Result, class Handle, class... Ts>
  std::optional<Result> ask(const Handle& whom, Ts... xs) {
    auto pending = self->request(whom, caf::infinite, std::move(xs)...);
    run();
    std::optional<Result> result;
    last_error = {};
    pending.receive([&](const Result& x) { result = x; },
                    [&](const caf::error& x) { last_error = x; });
    return result;
  }

  /// Returns the state behind a handle.
  template <class State, class Handle>
  static State& state_of(const Handle& whom) {
    auto* ptr = caf::actor_cast<caf::abstract_actor*>(whom);
    return dynamic_cast<typename Handle::template stateful_base<State>&>(*ptr)
      .state;
  }

  caf::actor_system_config cfg;
  caf::actor_system sys;
  caf::scheduler::test_coordinator& sched;
  Network& mpx;
  caf::scoped_actor self;
  caf::error last_error;

private:
  static caf::actor_system_config& configure(caf::actor_system_config& cfg) {
    add_message_types(cfg);
    cfg.load<caf::io::middleman, Network>();
    cfg.set("scheduler.policy", caf::atom("testing"));
    cfg.set("middleman.manual-multiplexing", true);
    cfg.set("middleman.workers", size_t{0});
    cfg.set("middleman.heartbeat-interval", caf::timespan{0});
    cfg.set("logger.inline-output", true);
    return cfg;
  }
};

extern template class deterministic_system_on<fake_network>;

/// One without sockets.
using deterministic_system = deterministic_system_on<fake_network>;

} // namespace cafq::test
