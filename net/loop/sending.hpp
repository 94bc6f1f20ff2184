#pragma once

#include <cstdint>

namespace cafq {

/// How the bytes of a connection leave.
enum class sending : uint8_t {
  /// Straight on the socket; CAF gets what that does not take.
  direct,
  /// By CAF's event loop, all of them.
  by_caf,
  /// Likewise, on a network without sockets.
  without_socket,
};

} // namespace cafq
