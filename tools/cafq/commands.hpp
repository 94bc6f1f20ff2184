#pragma once

#include "tools/cafq/cli_fwd.hpp"

namespace cafq::tool {

/// Adds `--version` and every command of `cafq`, one of which has to be given.
void add_commands(CLI::App& app);

} // namespace cafq::tool
