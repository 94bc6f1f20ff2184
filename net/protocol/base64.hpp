#pragma once

#include <string>
#include <string_view>

namespace cafq::protocol {

/// Returns bytes as base64 (RFC 4648) with padding.
[[nodiscard]] std::string base64(std::string_view bytes);

} // namespace cafq::protocol
