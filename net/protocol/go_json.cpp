#include "net/protocol/go_json.hpp"

#include "net/protocol/utf8.hpp"

#include <cstdint>

namespace cafq::protocol {

namespace {

constexpr char32_t line_separator = 0x2028;
constexpr char32_t paragraph_separator = 0x2029;

void append_escape(std::string& out, uint32_t x) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\u";
  for (const auto shift : {12U, 8U, 4U, 0U})
    out += digits[(x >> shift) & 0xfU];
}

void append_ascii(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      if (static_cast<unsigned char>(c) < ' ' || c == '<' || c == '>'
          || c == '&')
        append_escape(out, static_cast<unsigned char>(c));
      else
        out += c;
  }
}

} // namespace

void append_go_json(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto x = decode_rune(text);
    if (!x.valid)
      out += "\\ufffd";
    else if (x.size == 1)
      append_ascii(out, text.front());
    else if (x.value == line_separator || x.value == paragraph_separator)
      append_escape(out, x.value);
    else
      out += text.substr(0, x.size);
    text.remove_prefix(x.size);
  }
  out += '"';
}

} // namespace cafq::protocol
