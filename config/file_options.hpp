#pragma once

#include "config/configuration.hpp"

#include <string>

namespace cafq::config {

/// Reads the configuration file at `path` into `target`.
/// @returns what is wrong, with file and line in front.
[[nodiscard]] complaint
read_file(const std::string& path, configuration& target);

/// The same for a text; `name` stands for the file in messages.
[[nodiscard]] complaint
read_text(std::string text, std::string_view name, configuration& target);

} // namespace cafq::config
