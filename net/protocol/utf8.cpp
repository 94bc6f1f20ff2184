#include "net/protocol/utf8.hpp"

namespace cafq::protocol {

namespace {

constexpr size_t excerpt_size = 512;

} // namespace

std::string_view first_bytes(std::string_view text, size_t most) noexcept {
  if (text.size() <= most)
    return text;
  const auto continues = [&](size_t i) {
    return (static_cast<unsigned char>(text[i]) & 0xc0) == 0x80;
  };
  // No character has more than three bytes behind its first.
  auto end = most;
  while (end > 0 && most - end < 3 && continues(end))
    --end;
  return text.substr(0, continues(end) ? most : end);
}

std::string excerpt(std::string_view text) {
  std::string result{first_bytes(text, excerpt_size)};
  if (result.size() < text.size())
    result += "... (" + std::to_string(text.size()) + " bytes)";
  return result;
}

rune decode_rune(std::string_view text) noexcept {
  const auto byte = [text](size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  const auto first = byte(0);
  if (first < 0x80)
    return {first, 1, true};
  size_t size = 0;
  char32_t smallest = 0;
  if (first >= 0xc0 && first < 0xe0) {
    size = 2;
    smallest = 0x80;
  } else if (first >= 0xe0 && first < 0xf0) {
    size = 3;
    smallest = 0x800;
  } else if (first >= 0xf0 && first < 0xf8) {
    size = 4;
    smallest = 0x10000;
  } else {
    return {first, 1, false};
  }
  if (text.size() < size)
    return {first, 1, false};
  char32_t value = first & (0xffu >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80)
      return {first, 1, false};
    value = (value << 6) | (byte(i) & 0x3fu);
  }
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < smallest || value > 0x10ffff || surrogate)
    return {first, 1, false};
  return {value, size, true};
}

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto x = decode_rune(text);
    if (!x.valid)
      return false;
    text.remove_prefix(x.size);
  }
  return true;
}

} // namespace cafq::protocol
