#include "config/assign.hpp"

#include "config/option_table.hpp"
#include "config/print.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <ostream>

using namespace cafq::config;
using namespace std::chrono_literals;

namespace {

struct use {
  std::string_view name;
  std::string_view text;
  /// The value afterwards, or the complaint.
  std::string_view result;
};

std::ostream& operator<<(std::ostream& out, const use& x) {
  return out << x.name << '=' << x.text;
}

const std::array good{
  use{"deflate", "0", "false"},
  use{"deflate", "f", "false"},
  use{"deflate", "False", "false"},
  use{"deflate", "FALSE", "false"},
  use{"statsd-exclude-ephemeral", "1", "true"},
  use{"statsd-exclude-ephemeral", "T", "true"},
  use{"node-id", "0", "0"},
  use{"node-id", "1023", "1023"},
  use{"node-id", "0x1F", "31"},
  use{"node-id", "0b11", "3"},
  use{"node-id", "0o17", "15"},
  use{"node-id", "017", "15"},
  use{"node-id", "+7", "7"},
  use{"mem-queue-size", "0", "0"},
  use{"sync-every", "-5", "-5"},
  use{"max-msg-size", "2147483647", "2147483647"},
  use{"memory-limit", "1048576", "1048576"},
  use{"max-rdy-count", "1", "1"},
  use{"max-backlog-bytes", "1048576", "1048576"},
  use{"sync", "Always", "always"},
  use{"sync-interval", "10ms", "10ms"},
  use{"sync-interval", "1m", "1m0s"},
  use{"topic-sync", "orders.*=always", "orders.*=always"},
  use{"max-deflate-level", "9", "9"},
  use{"msg-timeout", "1ms", "1ms"},
  use{"max-req-timeout", "0", "0s"},
  use{"statsd-interval", "1001ms", "1.001s"},
  use{"http-address", "", ""},
  use{"log-level", "WARN", "warn"},
  use{"log-format", "JSON", "json"},
  use{"tls-required", "1", "true"},
  use{"tls-required", "F", "false"},
  use{"tls-required", "tcp-https", "tcp-https"},
  use{"tls-min-version", "tls1.3", "tls1.3"},
  use{"tls-client-auth-policy", "", ""},
  use{"tls-client-auth-policy", "require", "require"},
  use{"tls-client-auth-policy", "require-verify", "require-verify"},
  use{"lookupd-tcp-address", "a:1,b:2", "a:1,b:2"},
  use{"e2e-processing-latency-percentile", "0.5,1, 0.99", "1,0.99,0.5"},
};

const std::array bad{
  use{"deflate", "yes", R"("yes" is not true or false)"},
  use{"deflate", "", R"("" is not true or false)"},
  use{"node-id", "1024", "1024 is out of range, must be 0..1023"},
  use{"node-id", "-1", "-1 is out of range, must be 0..1023"},
  use{"node-id", "", R"("" is not a whole number of 64 bits)"},
  use{"node-id", "1.5", R"("1.5" is not a whole number of 64 bits)"},
  use{"node-id", "0x", R"("0x" is not a whole number of 64 bits)"},
  use{"node-id", "0x-5", R"("0x-5" is not a whole number of 64 bits)"},
  use{"node-id", "--5", R"("--5" is not a whole number of 64 bits)"},
  use{"node-id", "08", R"("08" is not a whole number of 64 bits)"},
  use{"mem-queue-size", "9223372036854775808",
      R"("9223372036854775808" is not a whole number of 64 bits)"},
  use{"mem-queue-size", "-1", "-1 is out of range, must be >= 0"},
  use{"max-connections", "-1", "-1 is out of range, must be >= 0"},
  use{"max-channel-consumers", "-1", "-1 is out of range, must be >= 0"},
  use{"max-rdy-count", "0", "0 is out of range, must be >= 1"},
  use{"max-msg-size", "0", "0 is out of range, must be 1..2147483647"},
  use{"max-body-size", "2147483648",
      "2147483648 is out of range, must be 1..2147483647"},
  use{"max-deflate-level", "0", "0 is out of range, must be 1..9"},
  use{"max-deflate-level", "10", "10 is out of range, must be 1..9"},
  use{"memory-limit", "1048575", "1048575 is out of range, must be >= 1048576"},
  use{"msg-timeout", "60", R"("60" is not a duration such as 250ms or 1m30s)"},
  use{"msg-timeout", "0", "0s is out of range, must be >= 1ms"},
  use{"sync-timeout", "0", "0s is out of range, must be > 0s"},
  use{"output-buffer-timeout", "0s", "0s is out of range, must be > 0s"},
  use{"statsd-interval", "1s", "1s is out of range, must be > 1s"},
  use{"sync", "sometimes",
      R"("sometimes" is not one of overflow, interval or always)"},
  use{"sync-interval", "9ms", "9ms is out of range, must be 10ms..1m0s"},
  use{"sync-interval", "61s", "1m1s is out of range, must be 10ms..1m0s"},
  use{"max-backlog-bytes", "-1", "-1 is out of range, must be >= 0"},
  use{"max-req-timeout", "-1s", "-1s is out of range, must be >= 0s"},
  use{"log-level", "wran",
      R"("wran" is not one of debug, info, warn, error or fatal; did you mean )"
      "warn?"},
  use{"tls-client-auth-policy", "require_verify",
      R"("require_verify" is not one of require or require-verify; did you )"
      "mean require-verify?"},
  use{"tls-client-auth-policy", "Require-Verify",
      R"("Require-Verify" is not one of require or require-verify; did you )"
      "mean require-verify?"},
  use{"tls-client-auth-policy", "verify",
      R"("verify" is not one of require or require-verify)"},
  use{"tls-required", "tcp_https",
      R"("tcp_https" is not one of false, tcp-https or true; did you mean )"
      "tcp-https?"},
  use{"tls-required", "yes", R"("yes" is not one of false, tcp-https or true)"},
  use{"tls-min-version", "ssl3.0",
      R"("ssl3.0" is not one of tls1.0, tls1.1, tls1.2 or tls1.3)"},
  use{"e2e-processing-latency-percentile", "1.5",
      "1.5 is out of range, must be > 0 and <= 1"},
  use{"e2e-processing-latency-percentile", "0",
      "0 is out of range, must be > 0 and <= 1"},
  use{"e2e-processing-latency-percentile", "nan",
      "nan is out of range, must be > 0 and <= 1"},
  use{"e2e-processing-latency-percentile", "0.5,", R"("" is not a number)"},
};

struct file_use {
  std::string_view name;
  setting value;
  std::string_view result;
};

std::ostream& operator<<(std::ostream& out, const file_use& x) {
  return out << x.name << " = " << to_file_syntax(x.value);
}

using list = std::vector<scalar>;

const std::array good_in_a_file{
  file_use{"deflate", false, "false"},
  file_use{"node-id", int64_t{7}, "7"},
  file_use{"msg-timeout", std::chrono::nanoseconds{2s}, "2s"},
  file_use{"msg-timeout", "1m30s", "90s"},
  file_use{"max-req-timeout", int64_t{0}, "0s"},
  file_use{"tcp-address", "x:1", R"("x:1")"},
  file_use{"tls-required", true, R"("true")"},
  file_use{"log-level", "Debug", R"("debug")"},
  file_use{"lookupd-tcp-address", list{"b:2", "a:1"}, R"(["b:2", "a:1"])"},
  file_use{"lookupd-tcp-address", "a:1, b:2", R"(["a:1", "b:2"])"},
  file_use{"lookupd-tcp-address", list{}, "[]"},
  file_use{"e2e-processing-latency-percentile", list{0.5, int64_t{1}},
           "[1, 0.5]"},
  file_use{"e2e-processing-latency-percentile", "0.9,0.99", "[0.99, 0.9]"},
};

const std::array bad_in_a_file{
  file_use{"deflate", "true", "wants true or false, not text"},
  file_use{"deflate", int64_t{1}, "wants true or false, not a whole number"},
  file_use{"node-id", 1.5, "wants a whole number, not a fraction"},
  file_use{"node-id", "7", "wants a whole number, not text"},
  file_use{"node-id", int64_t{1024}, "1024 is out of range, must be 0..1023"},
  file_use{"msg-timeout", int64_t{60},
           R"(wants a duration such as 250ms, 10s or "1m30s", not a whole )"
           "number"},
  file_use{"msg-timeout", "60",
           R"("60" is not a duration such as 250ms or 1m30s)"},
  file_use{"tcp-address", int64_t{4150},
           "wants text in double quotes, not a whole number"},
  file_use{"tcp-address", true,
           "wants text in double quotes, not true or false"},
  file_use{"tcp-address", list{}, "wants text in double quotes, not a list"},
  file_use{"lookupd-tcp-address", list{"a:1", int64_t{2}},
           "wants only text in double quotes in its list"},
  file_use{"lookupd-tcp-address", int64_t{1},
           R"(wants a list such as ["a:1", "b:2"], not a whole number)"},
  file_use{"e2e-processing-latency-percentile", list{"0.5"},
           "wants only numbers in its list"},
  file_use{"e2e-processing-latency-percentile", std::chrono::nanoseconds{1s},
           "wants a list such as [0.99, 0.5], not a duration"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(assign_tests)

BOOST_DATA_TEST_CASE(takes_a_good_value, good, x) {
  options target;
  const auto& row = *find_option(x.name);
  BOOST_TEST(!assign_text(target, row, x.text).has_value());
  BOOST_TEST(to_flag_syntax(target, row) == x.result);
}

BOOST_DATA_TEST_CASE(explains_a_bad_value, bad, x) {
  options target;
  BOOST_TEST(assign_text(target, *find_option(x.name), x.text).value_or("")
             == x.result);
}

BOOST_DATA_TEST_CASE(takes_a_good_value_of_a_file, good_in_a_file, x) {
  options target;
  const auto& row = *find_option(x.name);
  BOOST_TEST(assign(target, row, x.value).value_or("") == "");
  BOOST_TEST(to_file_syntax(target, row) == x.result);
}

BOOST_DATA_TEST_CASE(explains_a_bad_value_of_a_file, bad_in_a_file, x) {
  options target;
  BOOST_TEST(assign(target, *find_option(x.name), x.value).value_or("")
             == x.result);
}

BOOST_AUTO_TEST_CASE(adds_to_a_list_from_the_command_line) {
  options target;
  const auto& row = *find_option("lookupd-tcp-address");
  BOOST_TEST(!assign_text(target, row, "a:1").has_value());
  BOOST_TEST(!assign_text(target, row, "b:2").has_value());
  BOOST_TEST(target.lookupd_tcp_address.size() == 2U);
  clear_list(target, row);
  BOOST_TEST(target.lookupd_tcp_address.empty());
}

BOOST_AUTO_TEST_SUITE_END()
