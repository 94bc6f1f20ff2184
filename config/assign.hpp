#pragma once

#include "config/option_row.hpp"
#include "config/setting.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cafq::config {

/// What is wrong with a value, or nothing. One line without a full stop.
using complaint = std::optional<std::string>;

/// Sets an option to `text` as written on a command line. A list grows by it.
[[nodiscard]] complaint
assign_text(options& target, const option_row& row, std::string_view text);

/// Sets an option to a value of a configuration file. A list is replaced.
[[nodiscard]] complaint
assign(options& target, const option_row& row, const setting& value);

/// Empties the option if it is a list.
void clear_list(options& target, const option_row& row);

} // namespace cafq::config
