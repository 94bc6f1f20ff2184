#pragma once

#include "config/option_row.hpp"
#include "config/version.hpp"

#include <string_view>
#include <vector>

namespace cafq::config {

/// Rows that belong together under one heading.
struct option_group {
  std::string_view title;
  std::vector<option_row> rows;
};

using option_groups = std::vector<option_group>;

/// The table of all options of the broker: the only list of them.
[[nodiscard]] const option_groups& option_table();

/// The same for a program of either kind.
[[nodiscard]] const option_groups& option_table(role x);

/// The defaults where they differ between programs.
[[nodiscard]] options defaults_of(role x);

/// The row of a flag name; `_` equals `-`. With `aliases`, also by the key that
/// nsqd's file uses. Returns null if there is none.
[[nodiscard]] const option_row*
find_option(std::string_view name, bool aliases = false,
            const option_groups& in = option_table());

/// The names of all rows that may be set in `where`.
[[nodiscard]] std::vector<std::string_view>
option_names(scope where, const option_groups& in = option_table());

} // namespace cafq::config
