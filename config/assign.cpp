#include "config/assign.hpp"

#include "config/go_duration.hpp"
#include "config/nearest.hpp"
#include "config/parse.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <type_traits>

#include <fmt/core.h>

namespace cafq::config {

namespace {

using std::chrono::nanoseconds;

// -- checked stores -----------------------------------------------------------

std::string out_of_range(const option_row& row, std::string_view shown) {
  return fmt::format("{} is out of range, must be {}", shown,
                     allowed_text(row));
}

bool fits(const option_row& row, int64_t value) {
  return value >= row.allowed.least && value <= row.allowed.greatest;
}

complaint store(options& target, const option_row& row, int64_t options::*field,
                int64_t value) {
  if (!fits(row, value))
    return out_of_range(row, std::to_string(value));
  target.*field = value;
  return std::nullopt;
}

complaint store(options& target, const option_row& row,
                nanoseconds options::*field, nanoseconds value) {
  if (!fits(row, value.count()))
    return out_of_range(row, to_go_duration(value));
  target.*field = value;
  return std::nullopt;
}

template <class T>
concept enumeration = std::is_enum_v<T>;

std::string to_lower(std::string_view text) {
  std::string result{text};
  for (auto& ch : result)
    if (ch >= 'A' && ch <= 'Z')
      ch = static_cast<char>(ch | 0x20);
  return result;
}

template <enumeration Enum>
complaint store(options& target, const option_row& row, Enum options::*field,
                std::string_view value) {
  const auto lower = to_lower(value);
  auto word = row.letter_case == letter_case::any ? lower : std::string{value};
  if (const auto flag = parse_bool(value); flag && is_switch(row))
    word = *flag ? "true" : "false";
  const auto& choices = row.choices;
  const auto found = std::find(choices.begin(), choices.end(), word);
  if (found == choices.end())
    return fmt::format("\"{}\" is not one of {}{}", value, allowed_text(row),
                       did_you_mean(lower, choices));
  target.*field = static_cast<Enum>(found - choices.begin());
  return std::nullopt;
}

complaint store(options& target, const option_row& row,
                std::vector<double> options::*field, double value) {
  // Written so that it holds for NaN as well.
  if (!(value > 0 && value <= 1))
    return out_of_range(row, fmt::format("{}", value));
  auto& list = target.*field;
  list.push_back(value);
  std::sort(list.begin(), list.end(), std::greater<>{});
  return std::nullopt;
}

// -- from a command line ------------------------------------------------------

struct text_assigner {
  options& target;
  const option_row& row;
  std::string_view text;

  complaint operator()(bool options::*field) const {
    const auto value = parse_bool(text);
    if (!value)
      return fmt::format("\"{}\" is not true or false", text);
    target.*field = *value;
    return std::nullopt;
  }

  complaint operator()(int64_t options::*field) const {
    const auto value = parse_int(text);
    if (!value)
      return fmt::format("\"{}\" is not a whole number of 64 bits", text);
    return store(target, row, field, *value);
  }

  complaint operator()(nanoseconds options::*field) const {
    const auto value = parse_go_duration(text);
    if (!value)
      return fmt::format("\"{}\" is not a duration such as 250ms or 1m30s",
                         text);
    return store(target, row, field, *value);
  }

  complaint operator()(std::string options::*field) const {
    target.*field = text;
    return std::nullopt;
  }

  template <enumeration Enum>
  complaint operator()(Enum options::*field) const {
    return store(target, row, field, text);
  }

  complaint operator()(std::vector<std::string> options::*field) const {
    (target.*field).emplace_back(text);
    return std::nullopt;
  }

  complaint operator()(std::vector<double> options::*field) const {
    for (const auto part : split_list(text)) {
      const auto value = parse_double(part);
      if (!value)
        return fmt::format("\"{}\" is not a number", part);
      if (auto wrong = store(target, row, field, *value))
        return wrong;
    }
    return std::nullopt;
  }
};

// -- from a file --------------------------------------------------------------

std::string_view kind_of(const setting& value) {
  constexpr std::array<std::string_view, 6> kinds{
    "true or false", "a whole number", "a fraction",
    "text",          "a duration",     "a list"};
  return kinds[value.index()];
}

struct setting_assigner {
  options& target;
  const option_row& row;
  const setting& value;

  [[nodiscard]] complaint wants(std::string_view what) const {
    return fmt::format("wants {}, not {}", what, kind_of(value));
  }

  complaint operator()(bool options::*field) const {
    const auto* flag = std::get_if<bool>(&value);
    if (flag == nullptr)
      return wants("true or false");
    target.*field = *flag;
    return std::nullopt;
  }

  complaint operator()(int64_t options::*field) const {
    if (const auto* number = std::get_if<int64_t>(&value))
      return store(target, row, field, *number);
    return wants("a whole number");
  }

  complaint operator()(nanoseconds options::*field) const {
    if (const auto* time = std::get_if<nanoseconds>(&value))
      return store(target, row, field, *time);
    if (const auto* text = std::get_if<std::string>(&value))
      return text_assigner{target, row, *text}(field);
    if (value == setting{int64_t{0}})
      return store(target, row, field, nanoseconds{0});
    return wants("a duration such as 250ms, 10s or \"1m30s\"");
  }

  complaint operator()(std::string options::*field) const {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr)
      return wants("text in double quotes");
    target.*field = *text;
    return std::nullopt;
  }

  template <enumeration Enum>
  complaint operator()(Enum options::*field) const {
    if (const auto* text = std::get_if<std::string>(&value))
      return store(target, row, field, *text);
    if (const auto* flag = std::get_if<bool>(&value); flag && is_switch(row))
      return store(target, row, field, *flag ? "true" : "false");
    return wants("text in double quotes");
  }

  complaint operator()(std::vector<std::string> options::*field) const {
    std::vector<std::string> list;
    if (const auto* text = std::get_if<std::string>(&value)) {
      for (const auto part : split_list(*text))
        list.emplace_back(part);
    } else if (const auto* items = std::get_if<std::vector<scalar>>(&value)) {
      for (const auto& item : *items) {
        if (!std::holds_alternative<std::string>(item))
          return "wants only text in double quotes in its list";
        list.push_back(std::get<std::string>(item));
      }
    } else {
      return wants(R"(a list such as ["a:1", "b:2"])");
    }
    target.*field = std::move(list);
    return std::nullopt;
  }

  complaint operator()(std::vector<double> options::*field) const {
    (target.*field).clear();
    if (const auto* text = std::get_if<std::string>(&value))
      return text_assigner{target, row, *text}(field);
    const auto* items = std::get_if<std::vector<scalar>>(&value);
    if (items == nullptr)
      return wants("a list such as [0.99, 0.5]");
    for (const auto& item : *items) {
      double number = 0;
      if (const auto* fraction = std::get_if<double>(&item))
        number = *fraction;
      else if (const auto* whole = std::get_if<int64_t>(&item))
        number = static_cast<double>(*whole);
      else
        return "wants only numbers in its list";
      if (auto wrong = store(target, row, field, number))
        return wrong;
    }
    return std::nullopt;
  }
};

} // namespace

complaint
assign_text(options& target, const option_row& row, std::string_view text) {
  return std::visit(text_assigner{target, row, text}, row.field);
}

complaint assign(options& target, const option_row& row, const setting& value) {
  return std::visit(setting_assigner{target, row, value}, row.field);
}

void clear_list(options& target, const option_row& row) {
  if (const auto* texts
      = std::get_if<std::vector<std::string> options::*>(&row.field))
    (target.**texts).clear();
  if (const auto* numbers
      = std::get_if<std::vector<double> options::*>(&row.field))
    (target.**numbers).clear();
}

} // namespace cafq::config
