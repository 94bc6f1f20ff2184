#pragma once

#include "test/support/node_world.hpp"

#include <vector>

namespace cafq::test {

/// A node without a store.
struct broker : node_world {
  broker() {
    start({});
  }

  broker(const broker&) = delete;
  broker& operator=(const broker&) = delete;

  ~broker() {
    self->send_exit(node, caf::exit_reason::user_shutdown);
    for (const auto& x : clients)
      self->send_exit(x, caf::exit_reason::user_shutdown);
    run();
  }

  /// Begins anew with other settings.
  void start(const node_settings& settings) {
    if (node)
      self->send_exit(node, caf::exit_reason::user_shutdown);
    node = sys.spawn(cafq::node, store_actor{}, std::vector<recovered_topic>{},
                     settings);
    run();
  }
};

} // namespace cafq::test
