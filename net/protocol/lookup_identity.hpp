#pragma once

#include <cstdint>
#include <string>

namespace cafq::protocol {

/// How a node, or a nsqlookupd, calls itself in IDENTIFY.
struct lookup_identity {
  std::string broadcast_address;
  std::string hostname;
  int64_t tcp_port = 0;
  int64_t http_port = 0;
  std::string version;
};

/// Writes it as Go does.
[[nodiscard]] std::string to_json(const lookup_identity& x);

} // namespace cafq::protocol
