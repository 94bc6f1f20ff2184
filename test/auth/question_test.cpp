#include "net/auth/question.hpp"

#include <boost/test/unit_test.hpp>

namespace cafq::auth {

BOOST_AUTO_TEST_SUITE(question_tests)

BOOST_AUTO_TEST_CASE(an_address_without_a_scheme_gets_a_url) {
  BOOST_TEST(url_of("host:4181") == "http://host:4181/auth");
  BOOST_TEST(url_of("https://host/x") == "https://host/x");
}

BOOST_AUTO_TEST_CASE(the_query_is_sorted_and_escaped_as_by_go) {
  const question x{"se cr\xff+&~-_.", "::1", true, "Ann & Co"};
  BOOST_TEST(to_query(x)
             == "common_name=Ann+%26+Co&remote_ip=%3A%3A1&"
                "secret=se+cr%FF%2B%26~-_.&tls=true");
}

BOOST_AUTO_TEST_CASE(a_post_carries_lists_of_one) {
  BOOST_TEST(to_json({"s\"", "10.0.0.1", false, ""})
             == R"({"common_name":[""],"remote_ip":["10.0.0.1"],)"
                R"("secret":["s\""],"tls":["false"]})");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::auth
