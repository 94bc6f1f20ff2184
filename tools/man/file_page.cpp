#include "config/describe.hpp"
#include "config/option_table.hpp"
#include "config/print.hpp"
#include "tools/man/pages.hpp"
#include "tools/man/roff.hpp"

namespace cafq::man {

namespace {

/// The default in the syntax of the file; where it depends on the machine, in
/// words.
std::string
file_default(const config::option_row& row, const config::options& defaults) {
  return row.default_text.empty() ? config::to_file_syntax(defaults, row)
                                  : std::string{row.default_text};
}

std::string all_keys() {
  const config::options defaults;
  std::string text;
  for (const auto& group : config::option_table()) {
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

} // namespace

std::string file_page() {
  return title("cafqd.conf", "5 File Formats") + heading("NAME")
         + escape("cafqd.conf - options of the message broker cafqd\n")
         + heading("DESCRIPTION")
         + paragraph(
           "cafqd reads the file that --config-file names; the command line "
           "beats it. A line is \"key = value\", a comment starts with \";\". "
           "Text stands in double quotes, a list in brackets with commas; a "
           "duration is written 250ms, 10s, 5min, 1h or \"1m30s\". In a key, _ "
           "does as well as -.")
         + paragraph(
           "\"cafqd --config-file=FILE --check-config\" says whether a "
           "file is good. Keys stand under [cafqd]. Other sections "
           "are passed on to the actor framework.")
         + heading("KEYS") + all_keys() + heading("EXAMPLE")
         + example("[cafqd]\n"
                   "tcp-address = \"127.0.0.1:4150\"\n"
                   "http-address = \"127.0.0.1:4151\"\n"
                   "max-msg-timeout = 1h\n"
                   "\n"
                   "[scheduler]\n"
                   "max-threads = 4")
         + heading("SEE ALSO") + bold("cafqd") + "(8)\n";
}

} // namespace cafq::man
