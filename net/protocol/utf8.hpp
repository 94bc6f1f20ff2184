#pragma once

#include <cstddef>
#include <string_view>

namespace cafq::protocol {

/// One decoded character.
struct rune {
  char32_t value = 0;
  /// How many bytes it takes, 1 if it is not valid.
  size_t size = 1;
  bool valid = false;
};

/// Decodes the first character as Go does: a byte that does not begin a valid
/// sequence (overlong forms and surrogates are not valid) stands for itself.
/// @pre `text` is not empty.
[[nodiscard]] rune decode_rune(std::string_view text) noexcept;

/// U+FFFD, which takes the place of what cannot be decoded.
inline constexpr std::string_view replacement_character = "\xef\xbf\xbd";

} // namespace cafq::protocol
