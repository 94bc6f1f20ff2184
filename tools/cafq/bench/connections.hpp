#pragma once

#include "tools/cafq/bench/options.hpp"
#include "tools/cafq/bench/report.hpp"

namespace cafq::bench {

/// `cafq bench connections`: what many quiet clients cost the broker.
/// @throws tool::error when the broker refuses, or the system so many sockets.
[[nodiscard]] outcome run_connections(const connections_options& options);

} // namespace cafq::bench
