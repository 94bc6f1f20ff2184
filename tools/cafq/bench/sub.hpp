#pragma once

#include "tools/cafq/bench/options.hpp"
#include "tools/cafq/bench/report.hpp"

namespace cafq::bench {

/// `cafq bench sub`: consumes what is there, or what it publishes before.
/// @throws tool::error when the broker refuses or stops answering.
[[nodiscard]] outcome run_sub(const sub_options& options);

} // namespace cafq::bench
