#include "net/protocol/json_text.hpp"

#include "net/protocol/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace cafq::protocol {

namespace {

constexpr size_t escape_size = 6; // \uXXXX

/// Returns the number of a `\uXXXX` at the front of `text`.
std::optional<uint16_t> unicode_escape(std::string_view text) {
  if (text.size() < escape_size || !text.starts_with("\\u"))
    return std::nullopt;
  uint16_t value = 0;
  const auto* end = text.data() + escape_size;
  const auto parsed = std::from_chars(text.data() + 2, end, value, 16);
  if (parsed.ec != std::errc{} || parsed.ptr != end)
    return std::nullopt;
  return value;
}

bool is_high_surrogate(uint16_t value) {
  return (value & 0xfc00) == 0xd800;
}

bool is_low_surrogate(uint16_t value) {
  return (value & 0xfc00) == 0xdc00;
}

/// Copies the escape at the front of `text`.
/// @returns How many bytes it took.
size_t copy_escape(std::string& out, std::string_view text) {
  const auto first = unicode_escape(text);
  if (!first) {
    // A backslash never stands alone, so the next quote is not a closing one.
    const auto both = text.substr(0, 2);
    if (both.size() == 2 && static_cast<unsigned char>(both[1]) < 0x80) {
      out += both;
      return 2;
    }
    out += both[0];
    return 1;
  }
  if (is_high_surrogate(*first)) {
    const auto second = unicode_escape(text.substr(escape_size));
    if (second && is_low_surrogate(*second)) {
      out += text.substr(0, 2 * escape_size);
      return 2 * escape_size;
    }
  }
  if (is_high_surrogate(*first) || is_low_surrogate(*first))
    out += replacement_character;
  else
    out += text.substr(0, escape_size);
  return escape_size;
}

/// Copies the digits at the front of `text`, but not more than a `double` can
/// take: 40 of a number, 1 of an exponent.
/// @returns How many bytes there were.
size_t copy_digits(std::string& out, std::string_view text) {
  const auto size = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto sign = out.find_last_not_of("+-");
  const bool exponent = sign != std::string::npos && sign > 0
                        && (out[sign] == 'e' || out[sign] == 'E')
                        && out[sign - 1] >= '0' && out[sign - 1] <= '9';
  out += text.substr(0, std::min<size_t>(size, exponent ? 1 : 40));
  return size;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

} // namespace

std::optional<std::string> strict_json(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)
      || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  std::string result;
  result.reserve(text.size());
  bool in_string = false;
  while (!text.empty()) {
    const auto next = decode_rune(text);
    size_t taken = next.size;
    if (!next.valid) {
      result += replacement_character;
    } else if (next.value == '\\') {
      taken = copy_escape(result, text);
    } else if (!in_string && is_digit(text[0])) {
      taken = copy_digits(result, text);
    } else {
      in_string = in_string != (next.value == '"');
      result += text.substr(0, taken);
    }
    text.remove_prefix(taken);
  }
  return result;
}

} // namespace cafq::protocol
