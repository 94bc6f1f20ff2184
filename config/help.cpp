#include "config/help.hpp"

#include "config/describe.hpp"
#include "config/option_table.hpp"
#include "config/version.hpp"
#include "config/wrap.hpp"

#include <fmt/core.h>

namespace cafq::config {

namespace {

constexpr size_t columns = 80;
constexpr size_t text_column = 34;

std::string left_side(const option_row& row) {
  const auto name = value_name(row);
  return name.empty() ? fmt::format("  --{}", row.name)
                      : fmt::format("  --{}={}", row.name, name);
}

void append(std::string& text, const std::string& left,
            const std::string& right) {
  text += left;
  size_t column = left.size();
  // A name that reaches into the text gets a line of its own.
  if (column + 2 > text_column) {
    text += '\n';
    column = 0;
  }
  for (const auto& line : wrap(right, columns - text_column)) {
    text.append(text_column - column, ' ');
    text += line;
    text += '\n';
    column = 0;
  }
}

} // namespace

std::string help_text(role of) {
  const auto defaults = defaults_of(of);
  auto text = version_line(program_of({}, of));
  text += fmt::format("\n\nUsage: {} [--option=value]...\n\n", own_name(of));
  text += "One dash does as well as two, and \"--option value\" as well as\n"
          "\"--option=value\", except for an option without a value here: "
          "it is\ntrue when named and takes its value only after \"=\". "
          "TIME is 250ms, 10s, 1m30s.\n";
  append(text, "\n  --help, -h", "print this and exit");
  for (const auto& group : option_table(of)) {
    text += fmt::format("\n{}:\n", group.title);
    for (const auto& row : group.rows)
      append(text, left_side(row), describe(row, default_text(row, defaults)));
  }
  return text;
}

} // namespace cafq::config
