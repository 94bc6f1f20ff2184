#include "config/lookupd_options.hpp"

#include "config/option_limits.hpp"

#include <string_view>

namespace cafq::config {

namespace {

/// Returns a row of the broker's, with another help where that is given.
option_row as_cafqd(std::string_view name, std::string_view help = {}) {
  auto row = *find_option(name);
  if (!help.empty())
    row.help = help;
  return row;
}

} // namespace

// Names, types and defaults are nsqlookupd 1.3.0's (apps/nsqlookupd/main.go)
// unless a row says "cafqlookupd".
const option_groups& lookupd_option_table() {
  using o = options;
  static const option_groups table{
    {
      "General",
      {
        as_cafqd("config-file", "read options from FILE; the command line "
                                "beats it (cafqlookupd)"),
        as_cafqd("check-config", "check command line and file, say so and exit "
                                 "(cafqlookupd)"),
        as_cafqd("dump-config", "print the options in effect as a file and "
                                "exit (cafqlookupd)"),
        as_cafqd("version"),
        as_cafqd("config", "nsqlookupd's TOML file is not read: use "
                           "--config-file=FILE with the options under "
                           "[cafqlookupd]"),
      },
    },
    {
      "Addresses",
      {
        as_cafqd("tcp-address", "where nodes register: HOST:PORT or the path "
                                "of a socket"),
        as_cafqd("http-address", "where consumers ask, and administrators: "
                                 "HOST:PORT or the path of a socket"),
        as_cafqd("broadcast-address", "host name that nodes are told"),
        as_cafqd("http-allowed-hosts",
                 "names by which browsers may reach HTTP, besides localhost, "
                 "IP addresses, the host name and broadcast-address "
                 "(cafqlookupd, may be repeated)"),
      },
    },
    {
      "Registry",
      {
        {.name = "inactive-producer-timeout",
         .field = &o::inactive_producer_timeout,
         .help = "how long a node is told of behind its last ping",
         .allowed = at_least(zero)},
        {.name = "tombstone-lifetime",
         .field = &o::tombstone_lifetime,
         .help = "how long a tombstone hides a node that stays registered",
         .allowed = at_least(zero)},
        {.name = "dial-back",
         .field = &o::dial_back,
         .help = "try whether nodes are reached at the addresses they "
                 "announce: connects, sends nothing (cafqlookupd)"},
        as_cafqd("memory-limit", "bytes for all that nodes register and "
                                 "clients make it hold (cafqlookupd)"),
      },
    },
    {
      "Clients",
      {
        as_cafqd("max-connections", "nodes that may be connected; 0 is as many "
                                    "as the limit of open files allows "
                                    "(cafqlookupd)"),
        as_cafqd("max-connections-per-address",
                 "most clients of one address, on both ports; 0 is no limit "
                 "(cafqlookupd)"),
      },
    },
    {
      "Logging",
      {
        as_cafqd("log-level"),
        as_cafqd("log-prefix"),
        as_cafqd("log-format", "lines of text, or a JSON object per line "
                               "(cafqlookupd)"),
      },
    },
    {
      "Deprecated",
      {
        as_cafqd("verbose"),
      },
    },
  };
  return table;
}

} // namespace cafq::config
