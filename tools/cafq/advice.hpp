#pragma once

#include <string>
#include <string_view>

namespace cafq::tool {

/// Completes the commands that a broker advises, as `cafq topic unpause orders`
/// in backticks, by where it is; it does not know how we came to it.
/// @param address As `--http-address` takes it.
[[nodiscard]] std::string
with_address(std::string_view text, std::string_view address);

} // namespace cafq::tool
