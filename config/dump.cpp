#include "config/dump.hpp"

#include "config/describe.hpp"
#include "config/option_table.hpp"
#include "config/print.hpp"
#include "config/secrets.hpp"
#include "config/version.hpp"
#include "config/wrap.hpp"

#include <map>

#include <fmt/core.h>

namespace cafq::config {

std::string dump(const options& source, const caf_settings& caf, role of) {
  const auto shown = without_secrets(source);
  auto text = fmt::format("; {}\n[{}]\n", version_line(program_of({}, of)),
                          own_name(of));
  for (const auto& group : option_table(of))
    for (const auto& row : group.rows)
      if (is_in_files(row))
        text += fmt::format("{} = {}\n", row.name, to_file_syntax(shown, row));
  // A section may not come twice in CAF's file, so gather its keys first.
  std::map<std::string, std::string> sections;
  for (const auto& [name, value] : caf) {
    const auto dot = name.find('.');
    sections[name.substr(0, dot)]
      += fmt::format("{} = {}\n", name.substr(dot + 1), to_file_syntax(value));
  }
  for (const auto& [name, lines] : sections)
    text += fmt::format("\n[{}]\n{}", name, lines);
  return text;
}

std::string example_file(role of) {
  auto defaults = defaults_of(of);
  // What depends on the machine must not end in a file for all.
  defaults.node_id = 0;
  defaults.broadcast_address = "localhost";
  auto text = fmt::format(
    "; Options of {0}, read with --config-file. All are commented out and\n"
    "; show their defaults; the command line beats this file. A duration is\n"
    "; written 250ms, 10s, 5min, 1h or \"1m30s\".\n\n"
    "[{0}]\n",
    own_name(of));
  for (const auto& group : option_table(of)) {
    auto rows = std::string{};
    for (const auto& row : group.rows) {
      if (!is_in_files(row))
        continue;
      for (const auto& line :
           wrap(describe(row, std::string{row.default_text}), 76))
        rows += fmt::format("; {}\n", line);
      rows += fmt::format(";{} = {}\n", row.name,
                          to_file_syntax(defaults, row));
    }
    if (!rows.empty())
      text += fmt::format("\n; -- {} --\n\n{}", group.title, rows);
  }
  return text
         + fmt::format(
           "\n; Sections of the actor framework are passed on to it. This is "
           "how {}\n; sets it up unless told otherwise.\n\n"
           ";[scheduler]\n;policy = 'sharing'\n",
           own_name(of));
}

} // namespace cafq::config
