#pragma once

#include "actors/payloads.hpp"

#include <string>
#include <vector>

namespace cafq {

/// Says how much the store had at the start: `2 topics, 1 channel, 30 stored
/// messages`. A message counts once for each queue that holds it.
[[nodiscard]] std::string backlog_text(const std::vector<recovered_topic>& x);

} // namespace cafq
