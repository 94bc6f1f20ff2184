#pragma once

#include "config/options.hpp"

#include <string>
#include <string_view>

namespace cafq::config {

/// Returns an address as it may be shown: `http://user:password@host` becomes
/// `http://***@host`.
[[nodiscard]] std::string without_secret(std::string_view address);

/// Returns the options as they may be shown.
[[nodiscard]] options without_secrets(options x);

} // namespace cafq::config
