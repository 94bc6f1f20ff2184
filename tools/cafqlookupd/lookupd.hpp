#pragma once

#include "config/load.hpp"

namespace cafq {

/// Runs the registry until a signal stops it.
/// @returns the exit code of the process.
int run_lookupd(const config::loaded& configuration);

} // namespace cafq
