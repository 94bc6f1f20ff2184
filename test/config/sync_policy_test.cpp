#include "config/sync_policy.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <ostream>

using namespace cafq::config;

namespace cafq::config {

static std::ostream& operator<<(std::ostream& out, sync_mode x) {
  return out << to_string(x);
}

} // namespace cafq::config

BOOST_AUTO_TEST_SUITE(sync_policy_tests)

BOOST_AUTO_TEST_CASE(names_the_modes) {
  for (auto x : {sync_mode::overflow, sync_mode::interval, sync_mode::always})
    BOOST_TEST((to_sync_mode(to_string(x)) == x));
  BOOST_TEST(!to_sync_mode(""));
  BOOST_TEST(!to_sync_mode("ALWAYS"));
}

BOOST_AUTO_TEST_CASE(has_one_mode_for_all_without_rules) {
  BOOST_TEST(sync_policy{}.mode_of("t") == sync_mode::interval);
  const sync_policy x{sync_mode::overflow};
  BOOST_TEST(x.mode_of("t") == sync_mode::overflow);
  BOOST_TEST(x.has(sync_mode::overflow));
  BOOST_TEST(!x.has(sync_mode::always));
}

BOOST_AUTO_TEST_CASE(takes_the_first_match) {
  const sync_policy x{sync_mode::interval,
                      {"orders.new=overflow", "orders.*=always",
                       "m?trics=overflow", "[a-c]*#ephemeral=always"}};
  BOOST_TEST(x.mode_of("orders.new") == sync_mode::overflow);
  BOOST_TEST(x.mode_of("orders.old") == sync_mode::always);
  BOOST_TEST(x.mode_of("orders") == sync_mode::interval);
  BOOST_TEST(x.mode_of("metrics") == sync_mode::overflow);
  BOOST_TEST(x.mode_of("b.x#ephemeral") == sync_mode::always);
  BOOST_TEST(x.mode_of("d.x#ephemeral") == sync_mode::interval);
  BOOST_TEST(x.has(sync_mode::always));
}

BOOST_AUTO_TEST_CASE(lets_a_star_match_dots) {
  const sync_policy x{sync_mode::interval, {"*=always"}};
  BOOST_TEST(x.mode_of(".a.b") == sync_mode::always);
}

const std::array bad{
  "",           "always",      "=always",    "a=",        "a=Always",
  "a=b=always", "a b=always",  "a/b=always", "a[=always", "a[]b=always",
  "a]=always",  "a\\*=always", "[!]=always"};

BOOST_DATA_TEST_CASE(refuses_what_is_no_rule, bad, x) {
  BOOST_CHECK_THROW((sync_policy{sync_mode::interval, {x}}), bad_sync_rule);
}

BOOST_AUTO_TEST_SUITE_END()
