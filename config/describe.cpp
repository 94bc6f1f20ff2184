#include "config/describe.hpp"

#include <fmt/core.h>

namespace cafq::config {

namespace {

std::string_view support_text(support value) {
  switch (value) {
    case support::yes:
    case support::refused:
      return "";
    case support::later:
      return "not yet supported";
    case support::ignored:
      return "no effect";
  }
  return "";
}

} // namespace

std::string describe(const option_row& row, const std::string& default_text) {
  std::string facts;
  const auto add = [&facts](std::string_view fact) {
    if (!fact.empty() && !facts.empty())
      facts += "; ";
    facts += fact;
  };
  add(support_text(row.support));
  add(allowed_text(row));
  if (!default_text.empty())
    add(fmt::format("default {}", default_text));
  if (facts.empty())
    return std::string{row.help};
  return fmt::format("{} [{}]", row.help, facts);
}

} // namespace cafq::config
