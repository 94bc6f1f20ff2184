#pragma once

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/test_multiplexer.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace cafq::test {

/// An actor system without threads, sockets or a real clock.
///
/// Nothing happens until a test says so: `run` drains all mailboxes,
/// `advance` moves the clock and fires timeouts that come due.
class deterministic_system {
public:
  deterministic_system()
    : sys(configure(cfg)),
      sched(dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler())),
      mpx(dynamic_cast<caf::io::network::test_multiplexer&>(
        sys.middleman().backend())),
      self(sys, true) {
    // Some code treats time zero as "never".
    sched.clock().current_time += std::chrono::hours{1};
  }

  deterministic_system(const deterministic_system&) = delete;
  deterministic_system& operator=(const deterministic_system&) = delete;

  ~deterministic_system() {
    // Let actors see their exit messages before the system goes away.
    run();
    sched.inline_all_enqueues();
  }

  /// Runs all actors until every mailbox is empty.
  void run() {
    while (sched.try_run_once() || mpx.try_exec_runnable())
      ;
  }

  /// Moves time forward, then runs whatever woke up.
  void advance(caf::timespan by) {
    sched.advance_time(by);
    run();
  }

  caf::actor_system_config cfg;
  caf::actor_system sys;
  caf::scheduler::test_coordinator& sched;
  caf::io::network::test_multiplexer& mpx;
  caf::scoped_actor self;

private:
  static caf::actor_system_config& configure(caf::actor_system_config& cfg) {
    cfg.load<caf::io::middleman, caf::io::network::test_multiplexer>();
    cfg.set("scheduler.policy", caf::atom("testing"));
    cfg.set("middleman.network-backend", caf::atom("testing"));
    cfg.set("middleman.manual-multiplexing", true);
    cfg.set("middleman.workers", size_t{0});
    cfg.set("middleman.heartbeat-interval", caf::timespan{0});
    cfg.set("logger.inline-output", true);
    return cfg;
  }
};

} // namespace cafq::test
