#include "config/print.hpp"

#include "config/go_duration.hpp"

#include <array>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fmt/core.h>

namespace cafq::config {

namespace {

using std::chrono::nanoseconds;

std::string file_text(bool value) {
  return value ? "true" : "false";
}

std::string file_text(int64_t value) {
  return std::to_string(value);
}

std::string file_text(double value) {
  return fmt::format("{}", value);
}

std::string file_text(const std::string& value) {
  std::string text{'"'};
  for (const char ch : value)
    switch (ch) {
      case '\n':
        text += "\\n";
        break;
      case '\r':
        text += "\\r";
        break;
      case '\t':
        text += "\\t";
        break;
      case '"':
      case '\\':
        text += '\\';
        text += ch;
        break;
      default:
        text += ch;
    }
  return text + '"';
}

/// Takes the largest unit of which the value is a multiple.
std::string file_text(nanoseconds value) {
  constexpr std::array<std::pair<int64_t, std::string_view>, 5> units{{
    {3'600'000'000'000, "h"},
    {60'000'000'000, "min"},
    {1'000'000'000, "s"},
    {1'000'000, "ms"},
    {1'000, "us"},
  }};
  const auto count = value.count();
  if (count == 0)
    return "0s";
  for (const auto& [unit, name] : units)
    if (count % unit == 0)
      return fmt::format("{}{}", count / unit, name);
  return fmt::format("{}ns", count);
}

std::string file_text(const scalar& value) {
  return std::visit([](const auto& x) { return file_text(x); }, value);
}

template <class T>
std::string file_text(const std::vector<T>& values) {
  std::string text{'['};
  for (const auto& value : values) {
    if (text.size() > 1)
      text += ", ";
    text += file_text(value);
  }
  return text + ']';
}

std::string flag_text(const std::string& value) {
  return value;
}

std::string flag_text(nanoseconds value) {
  return to_go_duration(value);
}

template <class T>
std::string flag_text(const T& value) {
  return file_text(value);
}

template <class T>
std::string flag_text(const std::vector<T>& values) {
  std::string text;
  for (const auto& value : values) {
    if (!text.empty())
      text += ',';
    text += flag_text(value);
  }
  return text;
}

/// Replaces an enumerator by what the table calls it.
template <class T>
decltype(auto) to_printable(const T& value, const option_row& row) {
  if constexpr (std::is_enum_v<T>)
    return std::string{row.choices.at(static_cast<size_t>(value))};
  else
    return value;
}

} // namespace

std::string to_file_syntax(const setting& value) {
  return std::visit([](const auto& x) { return file_text(x); }, value);
}

std::string to_file_syntax(const options& source, const option_row& row) {
  return std::visit(
    [&](auto field) { return file_text(to_printable(source.*field, row)); },
    row.field);
}

std::string to_flag_syntax(const options& source, const option_row& row) {
  return std::visit(
    [&](auto field) { return flag_text(to_printable(source.*field, row)); },
    row.field);
}

} // namespace cafq::config
