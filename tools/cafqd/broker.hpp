#pragma once

#include "config/load.hpp"

namespace cafq {

/// Runs the daemon until a signal stops it.
/// @returns the exit code of the process.
int run_broker(const config::loaded& configuration);

} // namespace cafq
