#include "config/printable.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include <fmt/core.h>

namespace cafq {

namespace {

/// A character and how many bytes it has; 0 for a byte that is no UTF-8.
struct character {
  uint32_t code;
  size_t size;
};

unsigned byte_at(std::string_view text, size_t i) {
  return static_cast<unsigned char>(text[i]);
}

character decode(std::string_view text) {
  const auto first = byte_at(text, 0);
  if (first < 0x80)
    return {first, 1};
  const size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || size > text.size())
    return {first, 0};
  uint32_t code = first & (0x7fU >> size);
  for (size_t i = 1; i < size; ++i) {
    const auto next = byte_at(text, i);
    if ((next & 0xc0U) != 0x80)
      return {first, 0};
    code = code << 6U | (next & 0x3fU);
  }
  // Written longer than need be, half of a pair of UTF-16, beyond Unicode.
  const auto good = code >= (size == 4   ? 0x10000U
                             : size == 3 ? 0x800U
                                         : 0x80U)
                    && (code < 0xd800 || code > 0xdfff) && code <= 0x10ffff;
  return good ? character{code, size} : character{first, 0};
}

/// The control characters behind ASCII, separators of lines, and what turns the
/// direction of writing.
bool is_hidden(uint32_t code) {
  return (code >= 0x80 && code <= 0x9f) || code == 0x61c || code == 0x200e
         || code == 0x200f || (code >= 0x2028 && code <= 0x202e)
         || (code >= 0x2066 && code <= 0x2069);
}

class writer {
public:
  writer(std::string& out, shown_as how) : out_(out), how_(how) {
    // nop
  }

  void add(std::string_view bytes, uint32_t code) {
    if (is_hidden(code))
      escape("\\u{:04x}", code);
    else if (code == 0x7f || (code < 0x20 && !stays(code)))
      control(code);
    else
      out_ += bytes;
  }

  void add_stray(uint32_t byte) {
    if (how_ == shown_as::json)
      out_ += "\\ufffd";
    else
      escape("\\x{:02x}", byte);
  }

private:
  /// JSON has them between its values only.
  [[nodiscard]] bool stays(uint32_t code) const {
    return how_ != shown_as::line && (code == '\n' || code == '\t');
  }

  void control(uint32_t code) {
    if (how_ == shown_as::json)
      escape("\\u{:04x}", code);
    else if (code == '\n')
      out_ += "\\n";
    else if (code == '\r')
      out_ += "\\r";
    else if (code == '\t')
      out_ += "\\t";
    else
      escape("\\x{:02x}", code);
  }

  void escape(fmt::format_string<uint32_t&> pattern, uint32_t code) {
    fmt::format_to(std::back_inserter(out_), pattern, code);
  }

  std::string& out_;
  shown_as how_;
};

} // namespace

std::string printable(std::string_view text, shown_as how) {
  const auto plain = [](char c) {
    return c >= ' ' && c <= '~';
  };
  if (std::all_of(text.begin(), text.end(), plain))
    return std::string{text};
  std::string result;
  result.reserve(text.size());
  writer out{result, how};
  for (size_t i = 0; i < text.size();) {
    const auto x = decode(text.substr(i));
    if (x.size == 0)
      out.add_stray(x.code);
    else
      out.add(text.substr(i, x.size), x.code);
    i += std::max<size_t>(x.size, 1);
  }
  return result;
}

} // namespace cafq
