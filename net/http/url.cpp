#include "net/http/url.hpp"

#include <algorithm>

namespace cafq::http {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      result += ' ';
    } else if (text[i] != '%') {
      result += text[i];
    } else {
      const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return std::nullopt;
      result += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return result;
}

/// Replaces all but letters, digits and `others`.
std::string encode(std::string_view text, std::string_view others) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9') || others.find(c) != others.npos) {
      result += c;
      continue;
    }
    const auto bits = static_cast<unsigned char>(c);
    result += '%';
    result += digits[bits >> 4U];
    result += digits[bits & 15U];
  }
  return result;
}

} // namespace

std::optional<std::string> decode_path(std::string_view text) {
  return decode(text, false);
}

std::optional<std::string> decode_query(std::string_view text) {
  return decode(text, true);
}

std::string encode_path(std::string_view path) {
  return encode(path, "-_.~$&+,/:;=@");
}

std::string encode_query(std::string_view text) {
  return encode(text, "-_.");
}

std::string clean_path(std::string_view path) {
  std::vector<std::string_view> parts;
  bool slash_behind = false;
  size_t at = 0;
  while (at < path.size()) {
    const auto end = std::min(path.find('/', at), path.size());
    const auto part = path.substr(at, end - at);
    // As for Go, `/a/.` ends with a slash and `/a/..` does not.
    slash_behind = part.empty() || part == ".";
    if (part == "..") {
      if (!parts.empty())
        parts.pop_back();
    } else if (!slash_behind) {
      parts.push_back(part);
    }
    at = end + 1;
  }
  slash_behind |= path.ends_with('/');
  std::string result;
  for (const auto& part : parts)
    result.append("/").append(part);
  if (result.empty() || slash_behind)
    result += '/';
  return result;
}

std::optional<query> query::parse(std::string_view text) {
  query result;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto item = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (item.find(';') != item.npos)
      return std::nullopt;
    if (item.empty())
      continue;
    const auto equals = std::min(item.find('='), item.size());
    auto key = decode_query(item.substr(0, equals));
    auto value = decode_query(item.substr(std::min(equals + 1, item.size())));
    if (!key || !value)
      return std::nullopt;
    result.items_.emplace_back(std::move(*key), std::move(*value));
  }
  return result;
}

std::optional<std::string_view> query::find(std::string_view key) const {
  for (const auto& [name, value] : items_)
    if (name == key)
      return value;
  return std::nullopt;
}

std::optional<std::string_view>
query::other_than(std::initializer_list<std::string_view> known) const {
  for (const auto& [key, value] : items_)
    if (std::find(known.begin(), known.end(), key) == known.end())
      return key;
  return std::nullopt;
}

bool query::flag(std::string_view key, bool otherwise) const {
  const auto value = find(key);
  if (!value)
    return otherwise;
  return *value != "0" && *value != "false";
}

} // namespace cafq::http
