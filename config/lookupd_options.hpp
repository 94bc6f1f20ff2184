#pragma once

#include "config/option_table.hpp"

namespace cafq::config {

/// The table of all options of cafqlookupd. What it shares with the broker's
/// are the same fields, and mostly the same rows.
[[nodiscard]] const option_groups& lookupd_option_table();

} // namespace cafq::config
