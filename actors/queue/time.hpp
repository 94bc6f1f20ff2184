#pragma once

#include <chrono>

namespace cafq::queue {

/// The clock of all deadlines, CAF's actor clock. Pure code never reads it:
/// callers pass `now`.
using time_point = std::chrono::steady_clock::time_point;
using duration = std::chrono::nanoseconds;

} // namespace cafq::queue
