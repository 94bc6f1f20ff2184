#pragma once

#include "tools/cafq/unique_fd.hpp"

#include <string>
#include <string_view>

namespace cafq::tool {

/// Where a broker listens.
struct endpoint {
  /// The path of a Unix socket if there is no port.
  std::string host;
  std::string port;
};

inline constexpr auto default_address = "127.0.0.1:4150";

/// Reads `host:port`, `[ipv6]:port`, or a path with a slash in it.
/// @throws error when it is none of these.
[[nodiscard]] endpoint parse_endpoint(std::string_view text);

/// Opens a blocking connection, over TCP without Nagle's delay.
/// @throws error when nobody answers there.
[[nodiscard]] unique_fd connect_to(const endpoint& where);

} // namespace cafq::tool
