#pragma once

#include "config/config_file.hpp"
#include "config/options.hpp"
#include "config/version.hpp"

#include <string>
#include <variant>
#include <vector>

namespace cafq::config {

/// The daemon may start.
struct loaded {
  options values;
  /// For `apply`, after the daemon's own choices for CAF.
  caf_settings caf;
  /// Lines to log as warnings once the log is up.
  std::vector<std::string> notes;
  program who = program::cafqd;
};

/// The daemon has nothing to do: print both texts and leave.
struct exit_request {
  /// 0, 1 (bad file or value, as nsqd) or 2 (bad command line, as Go).
  int code = 0;
  std::string out;
  std::string err;
};

/// Works out the options from command line, file and defaults, in this order
/// of rank, and from the cgroup of the process. Reads no other file unless
/// --config-file names it.
/// @param of What the process is for.
[[nodiscard]] std::variant<loaded, exit_request>
load(int argc, const char* const* argv, role of = role::broker);

} // namespace cafq::config
