#pragma once

#include <cstddef>
#include <string_view>

namespace cafq::protocol {

inline constexpr std::string_view ephemeral_suffix = "#ephemeral";

/// The longest topic or channel name, the suffix included.
inline constexpr size_t max_name_size = 64;

/// Whether this may be a topic's or channel's name: letters, digits, `.`, `_`
/// and `-`, then maybe `#ephemeral`.
[[nodiscard]] bool valid_name(std::string_view name) noexcept;

/// Whether a valid name asks for a topic or channel that goes away by itself.
[[nodiscard]] inline bool is_ephemeral(std::string_view name) noexcept {
  return name.ends_with(ephemeral_suffix);
}

} // namespace cafq::protocol
