#pragma once

#include "tools/cafq/bench/options.hpp"
#include "tools/cafq/bench/report.hpp"

namespace cafq::bench {

/// `cafq bench latency`: from the time a message was due, so that a stall
/// counts for every message that waited behind it.
/// @throws tool::error when the broker refuses.
[[nodiscard]] outcome run_latency(const latency_options& options);

} // namespace cafq::bench
