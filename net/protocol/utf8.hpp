#pragma once

#include <cstddef>
#include <string>
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

/// Whether all of it can be decoded.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// Returns the first `most` bytes, or a few less: no character is cut in two.
[[nodiscard]] std::string_view
first_bytes(std::string_view text, size_t most) noexcept;

/// Returns the beginning of a text for the log, and whether there is more.
[[nodiscard]] std::string excerpt(std::string_view text);

/// U+FFFD, which takes the place of what cannot be decoded.
inline constexpr std::string_view replacement_character = "\xef\xbf\xbd";

} // namespace cafq::protocol
