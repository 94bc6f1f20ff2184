#include "net/http/options_json.hpp"

#include "config/log.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <ostream>
#include <string>

using namespace cafq;

namespace data = boost::unit_test::data;

namespace {

struct row {
  std::string_view name;
  std::string_view value;

  friend std::ostream& operator<<(std::ostream& to, const row& x) {
    return to << x.name;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(options_json_tests)

const std::array rows{
  row{"max_msg_timeout", "900000000000"},
  row{"mem_queue_size", "10000"},
  row{"deflate", "true"},
  row{"tls_required", "1"},
  row{"tls_min_version", "771"},
  row{"nsqlookupd_tcp_addresses", R"(["a:1","b:2"])"},
  row{"auth_http_addresses", "[]"},
  row{"e2e_processing_latency_percentiles", "[1,0.99]"},
  row{"statsd_address", ""},
  row{"http_address", "0.0.0.0:4151"},
};

BOOST_DATA_TEST_CASE(tells_options, data::make(rows), x) {
  config::options all;
  all.tls_required = config::tls_need::all_but_http;
  all.tls_min_version = config::tls_version::tls1_2;
  all.lookupd_tcp_address = {"a:1", "b:2"};
  all.e2e_processing_latency_percentile = {1.0, 0.99};
  const auto answer = http::get_option(all, x.name);
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(answer.body == x.value);
}

const std::array<std::string_view, 6> unknown{
  "node_id", "lookupd_tcp_address", "log-level", "LOG_LEVEL", "config", ""};

BOOST_DATA_TEST_CASE(knows_options_by_their_keys_only, data::make(unknown), x) {
  BOOST_TEST(http::get_option({}, x).body == R"({"message":"INVALID_OPTION"})");
}

BOOST_AUTO_TEST_CASE(sets_the_level_of_the_log) {
  const auto before = log::current_level();
  BOOST_TEST(http::set_option({}, "log_level", "ERROR").body == "4");
  BOOST_TEST((log::current_level() == log::level::error));
  BOOST_TEST(http::set_option({}, "log_level", "\"info\"").body
             == R"({"message":"INVALID_VALUE"})");
  BOOST_TEST(http::set_option({}, "mem_queue_size", "1").body
             == R"({"message":"INVALID_OPTION"})");
  log::set_level(before);
}

BOOST_AUTO_TEST_CASE(takes_no_more_addresses_than_it_could_serve) {
  const auto list = [](size_t count) {
    std::string text = "[\"a:1\"";
    for (size_t i = 1; i < count; ++i)
      text += ",\"a:1\"";
    return text + "]";
  };
  const auto fits = http::parse_addresses(list(http::most_lookupds));
  BOOST_TEST_REQUIRE((fits && *fits));
  BOOST_TEST((*fits)->size() == http::most_lookupds);
  BOOST_TEST(!http::parse_addresses(list(http::most_lookupds + 1)).has_value());
}

BOOST_AUTO_TEST_CASE(takes_nothing_but_addresses) {
  using list = std::vector<std::string>;
  const auto good = http::parse_addresses(R"( ["a:1", "b:2"] )");
  BOOST_TEST_REQUIRE((good && *good));
  BOOST_TEST((**good == list{"a:1", "b:2"}));
  const auto none = http::parse_addresses("[]");
  BOOST_TEST_REQUIRE((none && *none));
  BOOST_TEST((*none)->empty());
  const auto null = http::parse_addresses("null");
  BOOST_TEST_REQUIRE(null.has_value());
  BOOST_TEST(!null->has_value());
  for (const std::string& bad :
       {std::string{}, std::string{"[\"a:1\""}, std::string{"[null]"},
        std::string{"[\"a:1\"] null"}, std::string{"\"a:1\""},
        std::string{"{}"}, std::string{"[1]"}, std::string{"[[\"a:1\"]]"},
        std::string(65536, '[')})
    BOOST_TEST(!http::parse_addresses(bad).has_value(), bad.substr(0, 20));
}

BOOST_AUTO_TEST_CASE(takes_no_password_in_an_address) {
  BOOST_TEST(!http::parse_addresses(R"(["u:secret@a:1"])").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
