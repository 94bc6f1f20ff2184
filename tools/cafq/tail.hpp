#pragma once

#include "tools/cafq/cli_fwd.hpp"

namespace cafq::tool {

/// Adds `cafq tail`.
void add_tail(CLI::App& app);

} // namespace cafq::tool
