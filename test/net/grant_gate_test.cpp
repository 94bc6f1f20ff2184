#include "net/client/grant_gate.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

const queue::time_point start{1h};

/// Lets a client do everything, for a minute.
grant_ptr one_minute() {
  return std::make_shared<const auth::authorizations>(
    R"({"ttl":60,"identity":"","identity_url":"","authorizations":[
        {"topic":".*","channels":[".*"],"permissions":["publish"]}]})");
}

} // namespace

BOOST_AUTO_TEST_SUITE(grant_gate_tests)

BOOST_AUTO_TEST_CASE(is_shut_before_an_answer) {
  grant_gate gate;
  gate.show("s");
  BOOST_TEST(gate.secret() == "s");
  BOOST_TEST(!gate.grant());
  BOOST_TEST(!gate.holds("s", start));
}

BOOST_AUTO_TEST_CASE(holds_for_the_secret_and_the_time_of_the_answer) {
  grant_gate gate;
  gate.show("s");
  gate.open(one_minute(), start);
  BOOST_TEST(gate.grant()->may_publish("t"));
  BOOST_TEST(gate.holds("s", start + 60s));
  BOOST_TEST(!gate.holds("other", start));
  BOOST_TEST(!gate.expired(start + 60s));
  BOOST_TEST(gate.expired(start + 61s));
  BOOST_TEST(!gate.holds("s", start + 61s));
}

BOOST_AUTO_TEST_CASE(another_secret_does_not_get_what_the_last_one_got) {
  grant_gate gate;
  gate.show("s");
  gate.open(one_minute(), start);
  gate.show("other");
  BOOST_TEST(!gate.grant());
  BOOST_TEST(!gate.holds("other", start));
}

BOOST_AUTO_TEST_CASE(nobody_in_is_an_answer) {
  grant_gate gate;
  gate.show("s");
  gate.open(one_minute(), start);
  gate.open(nullptr, start);
  BOOST_TEST(!gate.grant());
  BOOST_TEST(!gate.holds("s", start));
}

BOOST_AUTO_TEST_CASE(can_be_shut) {
  grant_gate gate;
  gate.open(one_minute(), start);
  gate.shut();
  BOOST_TEST(!gate.grant());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
