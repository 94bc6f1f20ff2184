#include "tools/cafq/advice.hpp"

#include <boost/test/unit_test.hpp>

namespace cafq::tool::test {

BOOST_AUTO_TEST_SUITE(advice_tests)

BOOST_AUTO_TEST_CASE(advised_commands_go_to_the_broker_that_was_asked) {
  BOOST_TEST(with_address("`cafq topic unpause a` and `cafq why a b`, `x`",
                          "10.0.0.1:4151")
             == "`cafq topic unpause a --http-address 10.0.0.1:4151` and "
                "`cafq why a b --http-address 10.0.0.1:4151`, `x`");
}

BOOST_AUTO_TEST_CASE(the_usual_address_is_left_out) {
  BOOST_TEST(with_address("`cafq why a`", "127.0.0.1:4151") == "`cafq why a`");
}

BOOST_AUTO_TEST_CASE(what_does_not_end_is_left_as_it_is) {
  BOOST_TEST(with_address("`cafq why a", "x:1") == "`cafq why a");
  BOOST_TEST(with_address("", "x:1").empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::tool::test
