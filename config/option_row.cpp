#include "config/option_row.hpp"

#include "config/go_duration.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace cafq::config {

namespace {

bool holds_duration(const option_row& row) {
  return std::holds_alternative<std::chrono::nanoseconds options::*>(row.field);
}

std::string choices_text(const option_row& row) {
  std::string text;
  for (const auto choice : row.choices) {
    if (choice.empty())
      continue;
    if (!text.empty())
      text += choice == row.choices.back() ? " or " : ", ";
    text += choice;
  }
  return text;
}

/// Writes "more than a second" as such, not as 1.000000001s or more.
std::string least_duration_text(std::chrono::nanoseconds least) {
  constexpr std::chrono::nanoseconds one{1};
  if (least.count() % 1000 == 1)
    return fmt::format("> {}", to_go_duration(least - one));
  return fmt::format(">= {}", to_go_duration(least));
}

} // namespace

bool is_switch(const option_row& row) {
  return std::holds_alternative<bool options::*>(row.field)
         || std::find(row.choices.begin(), row.choices.end(), "true")
              != row.choices.end();
}

bool is_in_files(const option_row& row) {
  return row.scope == scope::anywhere && row.support != support::ignored;
}

std::string allowed_text(const option_row& row) {
  if (!row.choices.empty())
    return choices_text(row);
  if (std::holds_alternative<std::vector<double> options::*>(row.field))
    return "> 0 and <= 1";
  const limits all;
  const auto [least, greatest] = row.allowed;
  if (least == all.least)
    return "";
  if (holds_duration(row) && greatest != all.greatest)
    return fmt::format("{}..{}",
                       to_go_duration(std::chrono::nanoseconds{least}),
                       to_go_duration(std::chrono::nanoseconds{greatest}));
  if (holds_duration(row))
    return least_duration_text(std::chrono::nanoseconds{least});
  if (greatest == all.greatest)
    return fmt::format(">= {}", least);
  return fmt::format("{}..{}", least, greatest);
}

} // namespace cafq::config
