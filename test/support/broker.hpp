#pragma once

#include "test/support/node_world.hpp"

#include <vector>

namespace cafq::test {

/// A node without a store.
struct broker : node_world {
  broker();

  broker(const broker&) = delete;
  broker& operator=(const broker&) = delete;

  ~broker();

  /// Begins anew with other settings.
  void start(const node_settings& settings);
};

} // namespace cafq::test
