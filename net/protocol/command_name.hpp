#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cafq::protocol {

/// The first word of a command line.
enum class command_name : uint8_t {
  identify,
  auth,
  sub,
  rdy,
  fin,
  req,
  touch,
  cls,
  nop,
  pub,
  dpub,
  mpub,
};

/// Returns the name as it is on the wire, e.g. `PUB`.
[[nodiscard]] std::string_view to_string(command_name name) noexcept;

/// Finds a name by its exact bytes; nsqd knows no lower-case commands.
[[nodiscard]] std::optional<command_name>
find_command(std::string_view word) noexcept;

} // namespace cafq::protocol
