#pragma once

#include "config/option_row.hpp"

#include <string>
#include <string_view>

namespace cafq::config {

/// What to call an option's value: `N`, `TIME`, `HOST:PORT`. Empty for one that
/// needs no value.
[[nodiscard]] std::string_view value_name(const option_row& row);

/// The default as one writes it on a command line; empty where it means
/// nothing.
[[nodiscard]] std::string
default_text(const option_row& row, const options& defaults);

/// All that is to say about an option in one paragraph: its help, the values
/// allowed, the default and how far it is supported.
[[nodiscard]] std::string
describe(const option_row& row, const std::string& default_text);

} // namespace cafq::config
