#pragma once

#include "net/protocol/lookup_identity.hpp"

#include <string>
#include <variant>

namespace cafq::protocol {

/// What nodes tell a nsqlookupd, with the rules of the protocol kept.
struct lookup_ping {};

struct lookup_registration {
  /// REGISTER, or UNREGISTER.
  bool exists = true;
  std::string topic;
  /// Empty for the topic itself.
  std::string channel;
};

using lookup_command
  = std::variant<lookup_ping, lookup_identity, lookup_registration>;

} // namespace cafq::protocol
