#include "config/describe.hpp"
#include "config/option_table.hpp"
#include "tools/man/pages.hpp"
#include "tools/man/roff.hpp"

#include <string>
#include <string_view>

namespace cafq::man {

namespace {

std::string tag_of(const config::option_row& row) {
  auto tag = bold("--" + std::string{row.name});
  if (const auto value = config::value_name(row); !value.empty())
    tag += "=" + italic(value);
  return tag;
}

std::string all_options(config::role of) {
  const auto defaults = config::defaults_of(of);
  auto text = item(bold("--help") + ", " + bold("-h"), "print a summary");
  for (const auto& group : config::option_table(of)) {
    text += subheading(group.title);
    for (const auto& row : group.rows)
      text += item(tag_of(row),
                   config::describe(row, config::default_text(row, defaults)));
  }
  return text;
}

/// What differs between the two.
struct daemon_texts {
  std::string_view summary;
  std::string_view description;
  std::string_view on_stop;
  std::string_view on_hangup;
  std::string see_also;
};

daemon_texts texts_of(config::role of) {
  if (of == config::role::lookupd)
    return {"NSQ-compatible registry of topics and nodes",
            "cafqlookupd takes the place of nsqlookupd 1.3.0: brokers register "
            "their topics and channels with it, and consumers ask it who has a "
            "topic. It keeps nothing on disk.",
            "sends everybody away and ends; a second one ends at once",
            "does nothing",
            bold("cafqd") + "(8), " + bold("cafqlookupd.conf") + "(5)"};
  return {"NSQ-compatible message broker",
          "cafqd takes the place of nsqd 1.3.0: it serves standard NSQ clients "
          "over TCP, and the HTTP API of nsqd. Messages beyond what it may "
          "hold in memory, and all of them at a clean end, go to the data "
          "path.",
          "saves what the queues hold in memory and ends; a second one ends at "
          "once",
          "reads certificate and key again for the connections to come",
          bold("cafq") + "(1), " + bold("cafqlookupd") + "(8), "
            + bold("cafqd.conf") + "(5)"};
}

std::string files_of(config::role of) {
  const auto name = std::string{config::own_name(of)};
  auto text
    = item(bold("/etc/cafq/" + name + ".conf"),
           "the options of the system service; see " + name + ".conf(5)");
  if (of == config::role::broker)
    text += item(bold("/var/lib/cafq"), "the data path of the system service");
  return text;
}

} // namespace

std::string daemon_page(config::role of) {
  const auto name = std::string{config::own_name(of)};
  const auto texts = texts_of(of);
  return title(name, "8 System Administration") + heading("NAME")
         + escape(name + " - " + std::string{texts.summary} + "\n")
         + heading("SYNOPSIS") + bold(name) + " [" + bold("--option") + "["
         + bold("=") + italic("value") + "]]...\n" + heading("DESCRIPTION")
         + paragraph(texts.description) + heading("OPTIONS")
         + paragraph(
           "One dash does as well as two, and \"--option value\" as well as "
           "\"--option=value\", except for an option without a value here: it "
           "is true when named and takes its value only after \"=\". TIME is "
           "250ms, 10s, 1m30s.")
         + all_options(of) + heading("SIGNALS")
         + item(bold("SIGTERM") + ", " + bold("SIGINT"), texts.on_stop)
         + item(bold("SIGHUP"), texts.on_hangup) + heading("EXIT STATUS")
         + item(bold("0"), "ended by a signal, or said what it was asked for")
         + item(bold("1"), "could not start; the last line of the log says why")
         + item(bold("2"), "wrong command line") + heading("ENVIRONMENT")
         + item(bold("NOTIFY_SOCKET"),
                "set by a service manager such as systemd, which is told when "
                "clients are let in and when the end begins")
         + heading("FILES") + files_of(of) + heading("SEE ALSO")
         + texts.see_also + "\n";
}

} // namespace cafq::man
