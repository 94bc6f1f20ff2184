#pragma once

#include <string>

namespace cafq::config {

/// What `cafqd --help` prints: all options by group, at most 80 columns.
[[nodiscard]] std::string help_text();

} // namespace cafq::config
