#pragma once

#include "config/load.hpp"

#include <caf/actor_system_config.hpp>

namespace cafq {

/// CAF's settings: ours first, so that the file's own sections beat them.
class system_config : public caf::actor_system_config {
public:
  /// @param stock_io Whether sockets are CAF's affair alone.
  explicit system_config(const config::loaded& configuration,
                         bool stock_io = false);
};

} // namespace cafq
