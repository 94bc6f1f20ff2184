#pragma once

#include "tools/cafq/cli_fwd.hpp"

namespace cafq::bench {

/// Adds `cafq bench pub|pubsub|latency`.
void add_bench(CLI::App& app);

} // namespace cafq::bench
