#pragma once

#include "config/config_file.hpp"
#include "config/option_row.hpp"

#include <map>
#include <string>

namespace cafq::config {

/// All that command line and file say together.
struct configuration {
  options values;
  caf_settings caf;
  /// Where each option that was set was set last, as a message names it:
  /// `--node-id` or `a.conf:3: node-id`.
  std::map<const option_row*, std::string> origins;
};

} // namespace cafq::config
