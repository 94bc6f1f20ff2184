#pragma once

#include "tools/cafq/bench/options.hpp"
#include "tools/cafq/bench/report.hpp"

namespace cafq::bench {

/// `cafq bench pub`, `pubsub` when there are channels, and `http`.
/// @throws tool::error when the broker refuses or stops answering.
[[nodiscard]] outcome run_throughput(const throughput_options& options);

} // namespace cafq::bench
