#pragma once

#include "net/protocol/command.hpp"

#include <string>

namespace cafq::protocol {

/// Renders the line of a command for the log, in nsqd's manner: `[PUB orders]`.
/// Bodies and secrets are left out. An `mpub`, whose line was an `mpub_begin`,
/// tells how many messages came instead: `[MPUB orders] 200 messages`.
[[nodiscard]] std::string text_of(const command& x);

} // namespace cafq::protocol
