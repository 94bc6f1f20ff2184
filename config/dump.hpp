#pragma once

#include "config/config_file.hpp"
#include "config/options.hpp"
#include "config/version.hpp"

#include <string>

namespace cafq::config {

/// Writes the options in effect as a configuration file, which read back gives
/// the same. Leaves out what only a command line takes and what is ignored.
[[nodiscard]] std::string
dump(const options& source, const caf_settings& caf = {},
     role of = role::broker);

/// The text of cafqd.conf.example, or cafqlookupd.conf.example: every option,
/// commented out. Help starts with `; `, a setting with `;` and its name.
[[nodiscard]] std::string example_file(role of = role::broker);

} // namespace cafq::config
