#pragma once

#include "config/option_row.hpp"
#include "config/setting.hpp"

#include <string>

namespace cafq::config {

/// Writes a value as a configuration file does: `"text"`, `1min`, `[1, 2]`.
[[nodiscard]] std::string to_file_syntax(const setting& value);

/// The value an option has in `source`, in the syntax of a file.
[[nodiscard]] std::string
to_file_syntax(const options& source, const option_row& row);

/// The value an option has in `source`, as one writes it on a command line.
[[nodiscard]] std::string
to_flag_syntax(const options& source, const option_row& row);

} // namespace cafq::config
