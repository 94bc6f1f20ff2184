#include "config/describe.hpp"

#include "config/print.hpp"

#include <fmt/core.h>

namespace cafq::config {

namespace {

struct value_namer {
  std::string_view operator()(bool options::*) const {
    return "";
  }
  std::string_view operator()(int64_t options::*) const {
    return "N";
  }
  std::string_view operator()(options::duration options::*) const {
    return "TIME";
  }
  std::string_view operator()(std::string options::*) const {
    return "TEXT";
  }
  template <class T>
  std::string_view operator()(std::vector<T> options::*) const {
    return "LIST";
  }
  template <class Enum>
  std::string_view operator()(Enum options::*) const {
    return "WORD";
  }
};

std::string_view support_text(support value) {
  switch (value) {
    case support::yes:
    case support::refused:
      return "";
    case support::ignored:
      return "no effect";
  }
  return "";
}

} // namespace

std::string_view value_name(const option_row& row) {
  return row.value_name.empty() ? std::visit(value_namer{}, row.field)
                                : row.value_name;
}

std::string default_text(const option_row& row, const options& defaults) {
  if (!row.default_text.empty())
    return std::string{row.default_text};
  if (row.scope == scope::command_line || row.support == support::ignored)
    return "";
  return to_flag_syntax(defaults, row);
}

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
