#pragma once

#include "config/config_file.hpp"
#include "config/option_table.hpp"

#include <map>
#include <string>

namespace cafq::config {

/// All that command line and file say together.
struct configuration {
  /// Whose options they are.
  role of = role::broker;
  options values;
  caf_settings caf;
  /// Where each option that was set was set last, as a message names it:
  /// `--node-id` or `a.conf:3: node-id`.
  std::map<const option_row*, std::string> origins;

  [[nodiscard]] const option_groups& table() const {
    return option_table(of);
  }
};

/// What holds where nobody says anything.
[[nodiscard]] inline configuration configuration_of(role x) {
  configuration result;
  result.of = x;
  result.values = defaults_of(x);
  return result;
}

} // namespace cafq::config
