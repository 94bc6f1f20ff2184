#pragma once

#include <stdexcept>

namespace cafq::tool {

/// Ends a subcommand: the operator reads what() as one line.
struct error : std::runtime_error {
  using runtime_error::runtime_error;
};

} // namespace cafq::tool
