#include "config/option_table.hpp"

#include "config/print.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <ostream>
#include <set>

using namespace cafq::config;

namespace {

enum kind : size_t { boolean, integer, duration, text, texts, numbers, word };

struct flag {
  std::string_view name;
  kind type;
  /// As nsqd --help prints it.
  std::string_view standard;
};

std::ostream& operator<<(std::ostream& out, const flag& x) {
  return out << x.name;
}

// nsqd 1.3.0's flags. log-prefix is ours; node-id and broadcast-address depend
// on the machine and have tests of their own.
const std::array nsqd_flags{
  flag{"auth-http-address", texts, ""},
  flag{"broadcast-http-port", integer, "0"},
  flag{"broadcast-tcp-port", integer, "0"},
  flag{"config", text, ""},
  flag{"data-path", text, ""},
  flag{"deflate", boolean, "true"},
  flag{"e2e-processing-latency-percentile", numbers, ""},
  flag{"e2e-processing-latency-window-time", duration, "10m0s"},
  flag{"http-address", text, "0.0.0.0:4151"},
  flag{"http-client-connect-timeout", duration, "2s"},
  flag{"http-client-request-timeout", duration, "5s"},
  flag{"https-address", text, "0.0.0.0:4152"},
  flag{"log-level", word, "info"},
  flag{"log-prefix", text, "[cafqd] "},
  flag{"lookupd-tcp-address", texts, ""},
  flag{"max-body-size", integer, "5242880"},
  flag{"max-bytes-per-file", integer, "104857600"},
  flag{"max-channel-consumers", integer, "0"},
  flag{"max-deflate-level", integer, "6"},
  flag{"max-heartbeat-interval", duration, "1m0s"},
  flag{"max-msg-size", integer, "1048576"},
  flag{"max-msg-timeout", duration, "15m0s"},
  flag{"max-output-buffer-size", integer, "65536"},
  flag{"max-output-buffer-timeout", duration, "30s"},
  flag{"max-rdy-count", integer, "2500"},
  flag{"max-req-timeout", duration, "1h0m0s"},
  flag{"mem-queue-size", integer, "10000"},
  flag{"min-output-buffer-timeout", duration, "25ms"},
  flag{"msg-timeout", duration, "1m0s"},
  flag{"output-buffer-timeout", duration, "250ms"},
  flag{"queue-scan-selection-count", integer, "20"},
  flag{"queue-scan-worker-pool-max", integer, "4"},
  flag{"snappy", boolean, "true"},
  flag{"statsd-address", text, ""},
  flag{"statsd-exclude-ephemeral", boolean, "false"},
  flag{"statsd-interval", duration, "1m0s"},
  flag{"statsd-mem-stats", boolean, "true"},
  flag{"statsd-prefix", text, "nsq.%s"},
  flag{"statsd-udp-packet-size", integer, "508"},
  flag{"sync-every", integer, "2500"},
  flag{"sync-timeout", duration, "2s"},
  flag{"tcp-address", text, "0.0.0.0:4150"},
  flag{"tls-cert", text, ""},
  flag{"tls-client-auth-policy", word, ""},
  flag{"tls-key", text, ""},
  flag{"tls-min-version", word, "tls1.2"},
  flag{"tls-required", word, "false"},
  flag{"tls-root-ca-file", text, ""},
  flag{"verbose", boolean, "false"},
  flag{"version", boolean, "false"},
  flag{"worker-id", boolean, "false"},
};

const std::array own_flags{
  flag{"auth-http-request-method", word, "get"}, // nsqd after 1.3.0
  flag{"check-config", boolean, "false"},
  flag{"config-file", text, ""},
  flag{"dump-config", boolean, "false"},
  flag{"event-loop", word, "cafq"},
  flag{"history-memory", integer, "8388608"},
  flag{"http-admin-topic", text, "cafq.admin"},
  flag{"http-allowed-hosts", texts, ""},
  flag{"http-auth-required", boolean, "false"},
  flag{"http-ui", boolean, "true"},
  flag{"log-format", word, "text"},
  flag{"max-channels-per-topic", integer, "0"},
  flag{"max-connections", integer, "0"},
  flag{"max-connections-per-address", integer, "0"},
  flag{"max-backlog-bytes", integer, "0"},
  flag{"max-topics", integer, "0"},
  flag{"memory-limit", integer, "268435456"},
  flag{"sync", word, "interval"},
  flag{"sync-interval", duration, "100ms"},
  flag{"topic-sync", texts, ""},
};

void check(const flag& x) {
  const auto* row = find_option(x.name);
  BOOST_TEST_REQUIRE(row != nullptr);
  BOOST_TEST(std::min<size_t>(row->field.index(), word) == x.type);
  BOOST_TEST(to_flag_syntax(options{}, *row) == x.standard);
}

} // namespace

BOOST_AUTO_TEST_SUITE(option_table_tests)

BOOST_DATA_TEST_CASE(has_every_flag_of_nsqd, nsqd_flags, x) {
  check(x);
}

BOOST_DATA_TEST_CASE(has_our_own_flags, own_flags, x) {
  check(x);
}

BOOST_AUTO_TEST_CASE(takes_defaults_from_the_host_name) {
  const options defaults;
  BOOST_TEST(defaults.broadcast_address == hostname());
  BOOST_TEST(defaults.node_id == node_id_of(hostname()));
}

BOOST_AUTO_TEST_CASE(has_nothing_else) {
  // The two that depend on the machine are in neither list.
  BOOST_TEST(option_names(scope::command_line).size()
             == nsqd_flags.size() + own_flags.size() + 2);
}

BOOST_AUTO_TEST_CASE(gives_each_row_a_name_and_a_field_of_its_own) {
  std::set<std::string_view> names;
  std::vector<option_field> fields;
  for (const auto& group : option_table())
    for (const auto& row : group.rows) {
      BOOST_TEST(names.insert(row.name).second, row.name);
      if (!row.alias.empty())
        BOOST_TEST(names.insert(row.alias).second, row.alias);
      BOOST_TEST(!row.help.empty(), row.name);
      for (const auto& field : fields)
        BOOST_TEST((field != row.field), row.name);
      fields.push_back(row.field);
    }
}

BOOST_AUTO_TEST_CASE(finds_the_keys_of_nsqds_file) {
  const std::map<std::string_view, std::string_view> keys{
    {"id", "node-id"},
    {"nsqlookupd_tcp_addresses", "lookupd-tcp-address"},
    {"auth_http_addresses", "auth-http-address"},
    {"e2e_processing_latency_percentiles", "e2e-processing-latency-percentile"},
    {"mem_queue_size", "mem-queue-size"},
    {"mem-queue_size", "mem-queue-size"},
  };
  for (const auto& [key, name] : keys) {
    const auto* row = find_option(key, true);
    BOOST_TEST_REQUIRE(row != nullptr);
    BOOST_TEST(row->name == name);
  }
}

BOOST_AUTO_TEST_CASE(finds_aliases_only_if_asked) {
  BOOST_TEST(find_option("id") == nullptr);
  BOOST_TEST(find_option("mem+queue+size", true) == nullptr);
  BOOST_TEST(find_option("", true) == nullptr);
}

BOOST_AUTO_TEST_CASE(says_which_values_are_allowed) {
  const auto of = [](std::string_view name) {
    return allowed_text(*find_option(name));
  };
  BOOST_TEST(of("node-id") == "0..1023");
  BOOST_TEST(of("max-rdy-count") == ">= 1");
  BOOST_TEST(of("statsd-interval") == "> 1s");
  BOOST_TEST(of("output-buffer-timeout") == "> 0s");
  BOOST_TEST(of("msg-timeout") == ">= 1ms");
  BOOST_TEST(of("log-format") == "text or json");
  BOOST_TEST(of("e2e-processing-latency-percentile") == "> 0 and <= 1");
  BOOST_TEST(of("tcp-address") == "");
  BOOST_TEST(of("snappy") == "");
}

BOOST_AUTO_TEST_SUITE_END()
