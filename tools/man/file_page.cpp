#include "config/describe.hpp"
#include "config/option_table.hpp"
#include "config/print.hpp"
#include "tools/man/pages.hpp"
#include "tools/man/roff.hpp"

#include <string>

namespace cafq::man {

namespace {

/// The default in the syntax of the file; where it depends on the machine, in
/// words.
std::string
file_default(const config::option_row& row, const config::options& defaults) {
  return row.default_text.empty() ? config::to_file_syntax(defaults, row)
                                  : std::string{row.default_text};
}

std::string all_keys(config::role of) {
  const auto defaults = config::defaults_of(of);
  std::string text;
  for (const auto& group : config::option_table(of)) {
    std::string rows;
    for (const auto& row : group.rows)
      if (config::is_in_files(row))
        rows += item(bold(row.name),
                     config::describe(row, file_default(row, defaults)));
    if (!rows.empty())
      text += subheading(group.title) + rows;
  }
  return text;
}

std::string example_of(config::role of) {
  if (of == config::role::lookupd)
    return "[cafqlookupd]\n"
           "tcp-address = \"10.0.0.3:4160\"\n"
           "broadcast-address = \"10.0.0.3\"\n"
           "tombstone-lifetime = 1min";
  return "[cafqd]\n"
         "tcp-address = \"127.0.0.1:4150\"\n"
         "http-address = \"127.0.0.1:4151\"\n"
         "max-msg-timeout = 1h\n"
         "\n"
         "[scheduler]\n"
         "max-threads = 4";
}

} // namespace

std::string file_page(config::role of) {
  const auto name = std::string{config::own_name(of)};
  const auto kind = of == config::role::lookupd ? "registry" : "message broker";
  return title(name + ".conf", "5 File Formats") + heading("NAME")
         + escape(name + ".conf - options of the " + kind + " " + name + "\n")
         + heading("DESCRIPTION")
         + paragraph(
           name
           + " reads the file that --config-file names; the command line beats "
             "it. A line is \"key = value\", a comment starts with \";\". Text "
             "stands in double quotes, a list in brackets with commas; a "
             "duration is written 250ms, 10s, 5min, 1h or \"1m30s\". In a key, "
             "_ does as well as -.")
         + paragraph("\"" + name
                     + " --config-file=FILE --check-config\" says whether a "
                       "file is good. Keys stand under ["
                     + name
                     + "]. Other sections are passed on to the actor "
                       "framework.")
         + heading("KEYS") + all_keys(of) + heading("EXAMPLE")
         + example(example_of(of)) + heading("SEE ALSO") + bold(name) + "(8)\n";
}

} // namespace cafq::man
