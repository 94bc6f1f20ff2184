#pragma once

#include "net/protocol/command_name.hpp"
#include "net/protocol/limits.hpp"
#include "net/protocol/violation.hpp"

#include <algorithm>
#include <cstdint>

// What can be wrong with the body of a command; all of it is fatal.

namespace cafq::protocol {

/// Returns the largest body the command may declare.
[[nodiscard]] inline int64_t
max_body(command_name name, const limits& limits) noexcept {
  switch (name) {
    case command_name::pub:
    case command_name::dpub:
      return std::min(limits.max_msg_size, limits.memory_limit);
    case command_name::identify:
    case command_name::auth:
      return std::min(limits.max_body_size, max_metadata_size);
    default:
      return std::min(limits.max_body_size, limits.memory_limit);
  }
}

/// @pre `size` is below 1 or above max_body().
[[nodiscard]] violation
bad_body_size(command_name name, int64_t size, const limits& limits);

/// The input ended within the four bytes of the size.
[[nodiscard]] violation no_body_size(command_name name);

/// The input ended within the body.
[[nodiscard]] violation no_body(command_name name);

[[nodiscard]] violation auth_disabled();

// -- within an MPUB's body ----------------------------------------------------

[[nodiscard]] violation bad_mpub_count(int32_t count);
[[nodiscard]] violation no_mpub_count();

/// @param index Of the message within its MPUB.
[[nodiscard]] violation
bad_record_size(uint32_t index, int32_t size, const limits& limits);
[[nodiscard]] violation no_record_size(uint32_t index);

} // namespace cafq::protocol
