#pragma once

#include "test/support/polled_timers.hpp"

#include <caf/actor_system.hpp>
#include <caf/io/accept_handle.hpp>
#include <caf/io/doorman.hpp>
#include <caf/io/network/test_multiplexer.hpp>

namespace cafq::test {

/// CAF's network without sockets, for actors that bring a socket of their own:
/// any number passes for one.
class fake_network : public caf::io::network::test_multiplexer,
                     public polled_timers {
public:
  using super = caf::io::network::test_multiplexer;

  using super::new_doorman;
  using super::super;

  caf::io::doorman_ptr
  new_doorman(caf::io::network::native_socket fd) override {
    return super::new_doorman(caf::io::accept_handle::from_int(fd), 4150);
  }

  /// Runs one actor, or what it is time for.
  /// @returns false if there was nothing to run.
  bool work() {
    return try_exec_runnable() || poll(system().clock().now());
  }
};

} // namespace cafq::test
