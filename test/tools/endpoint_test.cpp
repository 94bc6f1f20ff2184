#include "tools/cafq/endpoint.hpp"

#include "tools/cafq/error.hpp"

#include <boost/test/unit_test.hpp>

using cafq::tool::parse_endpoint;

BOOST_AUTO_TEST_SUITE(endpoint_tests)

BOOST_AUTO_TEST_CASE(splits_host_and_port) {
  const auto where = parse_endpoint("broker.example:4150");
  BOOST_TEST(where.host == "broker.example");
  BOOST_TEST(where.port == "4150");
}

BOOST_AUTO_TEST_CASE(takes_an_ipv6_address_out_of_its_brackets) {
  const auto where = parse_endpoint("[::1]:4150");
  BOOST_TEST(where.host == "::1");
  BOOST_TEST(where.port == "4150");
}

BOOST_AUTO_TEST_CASE(is_on_this_machine_without_a_host) {
  BOOST_TEST(parse_endpoint(":4150").host == "127.0.0.1");
}

BOOST_AUTO_TEST_CASE(takes_a_path_whole) {
  const auto where = parse_endpoint("/run/cafqd:1.sock");
  BOOST_TEST(where.host == "/run/cafqd:1.sock");
  BOOST_TEST(where.port == "");
}

BOOST_AUTO_TEST_CASE(refuses_an_address_without_a_port) {
  BOOST_CHECK_THROW((void)parse_endpoint("localhost"), cafq::tool::error);
  BOOST_CHECK_THROW((void)parse_endpoint("localhost:"), cafq::tool::error);
}

BOOST_AUTO_TEST_SUITE_END()
