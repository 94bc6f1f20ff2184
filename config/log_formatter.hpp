#pragma once

#include "config/log.hpp"

#include <memory>
#include <string_view>

#include <spdlog/formatter.h>

namespace cafq::log {

/// Makes what turns an event into a line.
/// @param prefix The start of each line of text; JSON has none.
[[nodiscard]] std::unique_ptr<spdlog::formatter>
make_formatter(format shape, std::string_view prefix);

} // namespace cafq::log
