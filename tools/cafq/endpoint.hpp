#pragma once

#include "tools/cafq/unique_fd.hpp"

#include <string>
#include <string_view>

namespace cafq::tool {

/// Where a broker listens.
struct endpoint {
  std::string host;
  std::string port;
};

inline constexpr auto default_address = "127.0.0.1:4150";

/// Reads `host:port` or `[ipv6]:port`.
/// @throws error when it is neither.
[[nodiscard]] endpoint parse_endpoint(std::string_view text);

/// Opens a blocking TCP connection without Nagle's delay.
/// @throws error when nobody answers there.
[[nodiscard]] unique_fd connect_to(const endpoint& where);

} // namespace cafq::tool
