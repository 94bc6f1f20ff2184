#pragma once

#include "config/version.hpp"
#include "tools/cafq/cli_fwd.hpp"

#include <string>

/// The manual pages, in roff. What options there are they know from those who
/// parse them.
namespace cafq::man {

/// cafqd(8), cafqlookupd(8)
[[nodiscard]] std::string daemon_page(config::role of);

/// cafqd.conf(5), cafqlookupd.conf(5)
[[nodiscard]] std::string file_page(config::role of);

/// cafq(1)
/// @param app With all its commands.
[[nodiscard]] std::string tool_page(const CLI::App& app);

} // namespace cafq::man
