#pragma once

#include "config/option_row.hpp"

#include <string_view>
#include <vector>

namespace cafq::config {

/// Rows that belong together under one heading.
struct option_group {
  std::string_view title;
  std::vector<option_row> rows;
};

/// The table of all options: the only list of them.
[[nodiscard]] const std::vector<option_group>& option_table();

/// The row of a flag name; `_` equals `-`. With `aliases`, also by the key that
/// nsqd's file uses. Returns null if there is none.
[[nodiscard]] const option_row*
find_option(std::string_view name, bool aliases = false);

/// The names of all rows that may be set in `where`.
[[nodiscard]] std::vector<std::string_view> option_names(scope where);

} // namespace cafq::config
