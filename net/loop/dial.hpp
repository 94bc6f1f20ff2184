#pragma once

#include "net/loop/socket.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cafq::net {

enum class dial_type { tcp, udp };

/// Connects to `host:port` in a thread of its own, as looking up a name and
/// waiting for a connection may take any time. The thread knows nothing of
/// actors, so nobody has to wait for it.
/// @param patience Per address that the name has.
/// @returns A non-blocking stream socket on which `dialed` arrives, then its
/// end. Whoever closes it before is not interested any more.
/// @throws socket_error
[[nodiscard]] int
dial(std::string address, dial_type type, std::chrono::milliseconds patience);

/// What came of it.
struct dialed {
  /// A connected, non-blocking socket that now belongs to the caller; -1 if
  /// there is none.
  int fd = -1;
  /// Why there is none.
  std::string error;
};

/// Reads what has arrived on the socket `dial` returned.
/// @returns nothing if it is not complete.
[[nodiscard]] std::optional<dialed> read_dialed(std::string_view bytes);

} // namespace cafq::net
