#include "config/parse.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace cafq::config {

namespace {

/// Like std::from_chars, but nothing may follow the number.
template <class T, class... Base>
std::optional<T> parse_whole(std::string_view text, Base... base) {
  T value{};
  const auto* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value, base...);
  if (error != std::errc{} || rest != end || text.empty())
    return std::nullopt;
  return value;
}

} // namespace

std::optional<bool> parse_bool(std::string_view text) {
  constexpr std::array<std::string_view, 6> yes{"1",    "t",    "T",
                                                "true", "TRUE", "True"};
  constexpr std::array<std::string_view, 6> no{"0",     "f",     "F",
                                               "false", "FALSE", "False"};
  if (std::find(yes.begin(), yes.end(), text) != yes.end())
    return true;
  if (std::find(no.begin(), no.end(), text) != no.end())
    return false;
  return std::nullopt;
}

std::optional<int64_t> parse_int(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+'))
    text.remove_prefix(1);
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char mark = static_cast<char>(text[1] | 0x20);
    base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
    text.remove_prefix(mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 1);
  }
  // A sign is allowed once, and std::from_chars would take another.
  if (text.starts_with('-'))
    return std::nullopt;
  const auto value = parse_whole<int64_t>(text, base);
  return value && negative ? -*value : value;
}

std::optional<double> parse_double(std::string_view text) {
  return parse_whole<double>(text);
}

std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto comma = text.find(',');
    auto part = text.substr(0, comma);
    part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
    part = part.substr(0, part.find_last_not_of(' ') + 1);
    parts.push_back(part);
    if (comma == std::string_view::npos)
      return parts;
    text.remove_prefix(comma + 1);
  }
}

} // namespace cafq::config
