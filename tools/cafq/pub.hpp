#pragma once

#include "tools/cafq/cli_fwd.hpp"

namespace cafq::tool {

/// Adds `cafq pub`.
void add_pub(CLI::App& app);

} // namespace cafq::tool
