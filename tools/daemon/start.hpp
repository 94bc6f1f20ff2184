#pragma once

#include "config/load.hpp"

namespace cafq {

/// Reads the options of a process, prepares signals and log, and runs it.
/// @param run Returns the exit code.
/// @returns the exit code of the process.
int start(int argc, const char* const* argv, config::role of,
          int (*run)(const config::loaded&));

} // namespace cafq
