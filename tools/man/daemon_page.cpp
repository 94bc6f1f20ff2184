#include "config/describe.hpp"
#include "config/option_table.hpp"
#include "tools/man/pages.hpp"
#include "tools/man/roff.hpp"

namespace cafq::man {

namespace {

std::string tag_of(const config::option_row& row) {
  auto tag = bold("--" + std::string{row.name});
  if (const auto value = config::value_name(row); !value.empty())
    tag += "=" + italic(value);
  return tag;
}

std::string all_options() {
  const config::options defaults;
  auto text = item(bold("--help") + ", " + bold("-h"), "print a summary");
  for (const auto& group : config::option_table()) {
    text += subheading(group.title);
    for (const auto& row : group.rows)
      text += item(tag_of(row),
                   config::describe(row, config::default_text(row, defaults)));
  }
  return text;
}

} // namespace

std::string daemon_page() {
  return title("cafqd", "8 System Administration") + heading("NAME")
         + escape("cafqd - NSQ-compatible message broker\n")
         + heading("SYNOPSIS") + bold("cafqd") + " [" + bold("--option") + "["
         + bold("=") + italic("value") + "]]...\n" + heading("DESCRIPTION")
         + paragraph(
           "cafqd takes the place of nsqd 1.3.0: it serves standard NSQ "
           "clients "
           "over TCP, and the HTTP API of nsqd. Messages beyond what it may "
           "hold "
           "in memory, and all of them at a clean end, go to the data path.")
         + heading("OPTIONS")
         + paragraph(
           "One dash does as well as two, and \"--option value\" as well as "
           "\"--option=value\", except for an option without a value here: it "
           "is "
           "true when named and takes its value only after \"=\". TIME is "
           "250ms, "
           "10s, 1m30s.")
         + all_options() + heading("SIGNALS")
         + item(bold("SIGTERM") + ", " + bold("SIGINT"),
                "saves what the queues hold in memory and ends; a second one "
                "ends at once")
         + item(bold("SIGHUP"),
                "reads certificate and key again for the connections to come")
         + heading("EXIT STATUS")
         + item(bold("0"), "ended by a signal, or said what it was asked for")
         + item(bold("1"), "could not start; the last line of the log says why")
         + item(bold("2"), "wrong command line") + heading("ENVIRONMENT")
         + item(bold("NOTIFY_SOCKET"),
                "set by a service manager such as systemd, which is told when "
                "clients are let in and when the end begins")
         + heading("FILES")
         + item(bold("/etc/cafq/cafqd.conf"),
                "the options of the system service; see cafqd.conf(5)")
         + item(bold("/var/lib/cafq"), "the data path of the system service")
         + heading("SEE ALSO") + bold("cafq") + "(1), " + bold("cafqd.conf")
         + "(5)\n";
}

} // namespace cafq::man
