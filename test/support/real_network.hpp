#pragma once

#include "test/support/polled_timers.hpp"

#include <caf/actor_system.hpp>
#include <caf/io/network/default_multiplexer.hpp>

namespace cafq::test {

/// CAF's network with sockets, in the thread of the test.
class real_network : public caf::io::network::default_multiplexer,
                     public polled_timers {
public:
  using super = caf::io::network::default_multiplexer;

  using super::super;

  /// Handles what has happened on sockets and runs the actors it woke.
  /// @returns false if nothing had happened.
  bool work() {
    return try_run_once() || poll(system().clock().now());
  }
};

} // namespace cafq::test
