#pragma once

#include "tools/cafq/unique_fd.hpp"

namespace cafq::tool {

/// Turns SIGINT and SIGTERM into something poll() can wait for.
class stop_signal {
public:
  stop_signal();

  /// Waits until `fd` can be read.
  /// @returns false when a signal came first.
  [[nodiscard]] bool wait_readable(int fd) const;

private:
  unique_fd signals_;
};

} // namespace cafq::tool
