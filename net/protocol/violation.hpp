#pragma once

#include <string>

namespace cafq::protocol {

/// What the client did wrong, in the words of nsqd; clients match on them.
struct violation {
  /// The data of the error frame. Empty: close without a frame.
  std::string text;
  /// Whether the connection must be closed after the frame.
  bool fatal = true;
};

} // namespace cafq::protocol
