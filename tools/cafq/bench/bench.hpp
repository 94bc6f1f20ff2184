#pragma once

#include "tools/cafq/cli_fwd.hpp"

namespace cafq::bench {

/// Adds `cafq bench pub|sub|pubsub|latency|connections|http`.
void add_bench(CLI::App& app);

} // namespace cafq::bench
