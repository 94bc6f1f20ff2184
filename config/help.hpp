#pragma once

#include "config/version.hpp"

#include <string>

namespace cafq::config {

/// What `cafqd --help` prints: all options by group, at most 80 columns.
[[nodiscard]] std::string help_text(role of = role::broker);

} // namespace cafq::config
