#pragma once

#include "config/option_row.hpp"

#include <string>

namespace cafq::config {

/// All that is to say about an option in one paragraph: its help, the values
/// allowed, the default and how far it is supported.
[[nodiscard]] std::string
describe(const option_row& row, const std::string& default_text);

} // namespace cafq::config
