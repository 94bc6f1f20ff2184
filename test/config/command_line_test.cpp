#include "config/command_line.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <ostream>

using namespace cafq::config;
using namespace std::chrono_literals;

namespace {

using arguments = std::vector<const char*>;

/// The options after a command line that must be a good one.
options parse(const arguments& args) {
  const auto parsed = parse_command_line(args);
  BOOST_TEST_REQUIRE(std::holds_alternative<command_line>(parsed));
  configuration result;
  BOOST_TEST(apply(std::get<command_line>(parsed), result).value_or("") == "");
  return result.values;
}

/// What is wrong with a command line that cannot be taken apart.
std::string error_of(const arguments& args) {
  const auto parsed = parse_command_line(args);
  BOOST_TEST_REQUIRE(std::holds_alternative<std::string>(parsed));
  return std::get<std::string>(parsed);
}

struct bad_line {
  arguments args;
  std::string_view error;
};

std::ostream& operator<<(std::ostream& out, const bad_line& x) {
  for (const auto* arg : x.args)
    out << arg << ' ';
  return out;
}

const std::array bad_lines{
  bad_line{{"--tcp-adress=x"},
           "unknown option --tcp-adress; did you mean --tcp-address?"},
  bad_line{{"-mem_queue_size", "1"},
           "unknown option --mem_queue_size; did you mean --mem-queue-size?"},
  bad_line{{"--hlep"}, "unknown option --hlep; did you mean --help?"},
  bad_line{{"--frobnicate"}, "unknown option --frobnicate; see cafqd --help"},
  bad_line{{"--id=5"}, "unknown option --id; see cafqd --help"},
  bad_line{{"---snappy"}, "unknown option ---snappy; did you mean --snappy?"},
  bad_line{{"--=x"}, "unknown option --; see cafqd --help"},
  bad_line{{"--node-id"}, "--node-id needs a value"},
  bad_line{{"--config", "nsqd.cfg"},
           "--config: nsqd's TOML file is not read: use --config-file=FILE "
           "with the options under [cafqd]"},
  bad_line{{"start"}, R"(unexpected argument "start"; options start with --)"},
  bad_line{{"-"}, R"(unexpected argument "-"; options start with --)"},
  bad_line{{""}, R"(unexpected argument ""; options start with --)"},
  bad_line{{"--", "x"}, R"(unexpected argument "--"; options start with --)"},
  bad_line{{"--deflate", "false"},
           R"(unexpected argument "false"; a switch takes its value after )"
           R"("=", as in --deflate=false)"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(command_line_tests)

BOOST_AUTO_TEST_CASE(takes_one_dash_or_two_and_a_value_in_either_place) {
  BOOST_TEST(parse({"-node-id", "1"}).node_id == 1);
  BOOST_TEST(parse({"-node-id=2"}).node_id == 2);
  BOOST_TEST(parse({"--node-id", "3"}).node_id == 3);
  BOOST_TEST(parse({"--node-id=4"}).node_id == 4);
}

BOOST_AUTO_TEST_CASE(takes_every_type) {
  const auto result
    = parse({"--tcp-address=:1", "--msg-timeout=1m30s", "--snappy=false",
             "--max-rdy-count=7", "--lookupd-tcp-address=a:1",
             "--e2e-processing-latency-percentile=0.5,1.0"});
  BOOST_TEST(result.tcp_address == ":1");
  BOOST_TEST((result.msg_timeout == 90s));
  BOOST_TEST(!result.snappy);
  BOOST_TEST(result.max_rdy_count == 7);
  BOOST_TEST(result.lookupd_tcp_address == std::vector<std::string>{"a:1"},
             boost::test_tools::per_element());
  BOOST_TEST((result.e2e_processing_latency_percentile
              == std::vector<double>{1.0, 0.5}));
}

BOOST_AUTO_TEST_CASE(keeps_an_equals_sign_and_dashes_in_a_value) {
  BOOST_TEST(parse({"--log-prefix=a=b"}).log_prefix == "a=b");
  BOOST_TEST(parse({"--log-prefix", "--x"}).log_prefix == "--x");
}

BOOST_AUTO_TEST_CASE(takes_an_empty_value) {
  BOOST_TEST(parse({"--http-address="}).http_address == "");
  BOOST_TEST(parse({"--http-address", ""}).http_address == "");
}

BOOST_AUTO_TEST_CASE(never_lets_a_switch_eat_the_next_argument) {
  const auto result = parse({"--verbose", "--node-id", "5"});
  BOOST_TEST(result.verbose);
  BOOST_TEST(result.node_id == 5);
  BOOST_TEST((parse({"--tls-required", "--node-id=5"}).tls_required
              == tls_need::everybody));
}

BOOST_AUTO_TEST_CASE(lets_the_last_scalar_win) {
  BOOST_TEST(parse({"--node-id=1", "-node-id", "2"}).node_id == 2);
  BOOST_TEST(parse({"--deflate=false", "--deflate"}).deflate);
}

BOOST_AUTO_TEST_CASE(collects_a_list) {
  const auto result
    = parse({"--lookupd-tcp-address=b:2", "--lookupd-tcp-address", "a:1",
             "--e2e-processing-latency-percentile=0.5",
             "--e2e-processing-latency-percentile=0.9,0.99"});
  BOOST_TEST(
    (result.lookupd_tcp_address == std::vector<std::string>{"b:2", "a:1"}));
  BOOST_TEST((result.e2e_processing_latency_percentile
              == std::vector<double>{0.99, 0.9, 0.5}));
}

BOOST_AUTO_TEST_CASE(replaces_a_list_that_was_there) {
  configuration target;
  target.values.lookupd_tcp_address = {"file:1", "file:2"};
  const arguments args{"--lookupd-tcp-address=a:1"};
  const auto parsed = parse_command_line(args);
  BOOST_TEST(!apply(std::get<command_line>(parsed), target).has_value());
  BOOST_TEST(
    (target.values.lookupd_tcp_address == std::vector<std::string>{"a:1"}));
}

BOOST_AUTO_TEST_CASE(stops_at_help) {
  for (const auto* flag : {"--help", "-h", "-help", "--h"}) {
    const arguments args{"--verbose", flag, "--frobnicate"};
    const auto parsed = parse_command_line(args);
    BOOST_TEST_REQUIRE(std::holds_alternative<command_line>(parsed));
    BOOST_TEST(std::get<command_line>(parsed).help);
  }
}

BOOST_AUTO_TEST_CASE(puts_the_flag_in_front_of_a_complaint) {
  const arguments args{"-node-id", "2000"};
  const auto parsed = parse_command_line(args);
  configuration target;
  BOOST_TEST(apply(std::get<command_line>(parsed), target).value_or("")
             == "--node-id: 2000 is out of range, must be 0..1023");
}

BOOST_AUTO_TEST_CASE(refuses_a_number_for_the_deprecated_worker_id) {
  const arguments args{"--worker-id=5"};
  const auto parsed = parse_command_line(args);
  configuration target;
  BOOST_TEST(apply(std::get<command_line>(parsed), target).value_or("")
             == "--worker-id: \"5\" is not true or false");
}

BOOST_AUTO_TEST_CASE(takes_the_end_of_options_mark_at_the_end) {
  BOOST_TEST(parse({"--node-id=1", "--"}).node_id == 1);
}

BOOST_DATA_TEST_CASE(explains_a_bad_line, bad_lines, x) {
  BOOST_TEST(error_of(x.args) == x.error);
}

BOOST_AUTO_TEST_SUITE_END()
