#include "net/protocol/go_quote.hpp"

#include "net/protocol/utf8.hpp"

#include <algorithm>
#include <array>

namespace cafq::protocol {

namespace {

struct range {
  char32_t first;
  char32_t last;
};

// Sorted; beyond ASCII.
constexpr std::array<range, 28> unprintable{{
  {0x80, 0xa0},        // controls, no-break space
  {0xad, 0xad},        // soft hyphen
  {0x600, 0x605},      // Arabic number signs
  {0x61c, 0x61c},      // Arabic letter mark
  {0x6dd, 0x6dd},      // Arabic end of ayah
  {0x70f, 0x70f},      // Syriac abbreviation mark
  {0x890, 0x891},      // Arabic currency marks
  {0x8e2, 0x8e2},      // Arabic disputed end of ayah
  {0x1680, 0x1680},    // Ogham space
  {0x180e, 0x180e},    // Mongolian vowel separator
  {0x2000, 0x200f},    // spaces, joiners, direction marks
  {0x2028, 0x202f},    // separators, embeddings, narrow space
  {0x205f, 0x206f},    // mathematical space, invisible operators
  {0x3000, 0x3000},    // ideographic space
  {0xd800, 0xf8ff},    // surrogates, private use
  {0xfdd0, 0xfdef},    // noncharacters
  {0xfeff, 0xfeff},    // byte order mark
  {0xfff0, 0xfffb},    // interlinear annotation
  {0xfffe, 0xffff},    // noncharacters
  {0x110bd, 0x110bd},  // Kaithi number sign
  {0x110cd, 0x110cd},  // Kaithi number sign above
  {0x13430, 0x13438},  // hieroglyph joiners
  {0x1bca0, 0x1bca3},  // shorthand format controls
  {0x1d173, 0x1d17a},  // musical format controls
  {0x1fffe, 0x1ffff},  // noncharacters
  {0x2fffe, 0x2ffff},  // noncharacters
  {0x3fffe, 0xe00ff},  // unassigned planes, tags
  {0xe01f0, 0x10ffff}, // unassigned, private use
}};

bool printable(char32_t value) {
  if (value < 0x80)
    return value >= 0x20 && value < 0x7f;
  const auto i = std::find_if(unprintable.begin(), unprintable.end(),
                              [value](range x) { return value <= x.last; });
  return i == unprintable.end() || value < i->first;
}

void append_hex(std::string& out, char kind, char32_t value, int digits) {
  out += '\\';
  out += kind;
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
    out += "0123456789abcdef"[(value >> shift) & 15];
}

void append_escaped(std::string& out, char32_t value) {
  // Bell, backspace, tab, newline, vertical tab, form feed, carriage return.
  constexpr std::string_view short_forms = "abtnvfr";
  if (value >= 0x07 && value <= 0x0d) {
    out += '\\';
    out += short_forms[value - 0x07];
  } else if (value < 0x80) {
    append_hex(out, 'x', value, 2);
  } else if (value < 0x10000) {
    append_hex(out, 'u', value, 4);
  } else {
    append_hex(out, 'U', value, 8);
  }
}

} // namespace

std::string go_quote(std::string_view bytes) {
  std::string result = "\"";
  while (!bytes.empty()) {
    const auto next = decode_rune(bytes);
    if (!next.valid) {
      append_hex(result, 'x', next.value, 2);
    } else if (next.value == '"' || next.value == '\\') {
      result += '\\';
      result += static_cast<char>(next.value);
    } else if (printable(next.value)) {
      result += bytes.substr(0, next.size);
    } else {
      append_escaped(result, next.value);
    }
    bytes.remove_prefix(next.size);
  }
  result += '"';
  return result;
}

} // namespace cafq::protocol
