#include "config/nearest.hpp"

#include <boost/test/unit_test.hpp>

using namespace cafq::config;

namespace {

const std::vector<std::string_view> names{"tcp-address", "http-address",
                                          "log-level", "snappy"};

} // namespace

BOOST_AUTO_TEST_SUITE(nearest_tests)

BOOST_AUTO_TEST_CASE(finds_a_name_with_a_slip) {
  BOOST_TEST(nearest("tcp-adress", names) == "tcp-address");
  BOOST_TEST(nearest("tpc-address", names) == "tcp-address");
  BOOST_TEST(nearest("loglevel", names) == "log-level");
  BOOST_TEST(nearest("snapy", names) == "snappy");
}

BOOST_AUTO_TEST_CASE(guesses_nothing_for_a_stranger) {
  BOOST_TEST(nearest("frobnicate", names) == "");
  BOOST_TEST(nearest("", names) == "");
  BOOST_TEST(nearest("x", {"a", "b"}) == "");
}

BOOST_AUTO_TEST_CASE(ends_a_complaint_with_the_guess) {
  BOOST_TEST(did_you_mean("snapy", names, "--") == "; did you mean --snappy?");
  BOOST_TEST(did_you_mean("frobnicate", names) == "");
}

BOOST_AUTO_TEST_SUITE_END()
