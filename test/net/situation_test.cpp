#include "net/httpd/http_situation.hpp"
#include "net/nsq/nsq_situation.hpp"

#include <boost/test/unit_test.hpp>

namespace cafq::test {

namespace {

std::string_view word(const nsq_situation& x) {
  return row_of(state_of(x)).word;
}

std::string_view word(const http_situation& x) {
  return row_of(state_of(x)).word;
}

nsq_situation open_nsq() {
  nsq_situation result;
  result.phase = nsq_phase::open;
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(situation_tests)

BOOST_AUTO_TEST_CASE(an_nsq_client_says_what_it_waits_for) {
  BOOST_TEST(word(nsq_situation{}) == "greeting");
  auto x = open_nsq();
  BOOST_TEST(word(x) == "idle");
  x.within_command = true;
  BOOST_TEST(word(x) == "receiving");
  x.owed = true;
  BOOST_TEST(word(x) == "busy");
  x.publishes_full = true;
  BOOST_TEST(word(x) == "waits for topic");
  x.no_memory = true;
  BOOST_TEST(word(x) == "body waits for memory");
  x.due = nsq_answer::topic;
  BOOST_TEST(word(x) == "waits for topic");
  x.due = nsq_answer::grant;
  BOOST_TEST(word(x) == "asking auth");
  x.due = nsq_answer::subscription;
  BOOST_TEST(word(x) == "subscribing");
  x.upgrading = true;
  BOOST_TEST(word(x) == "handshaking");
  x.output_full = true;
  BOOST_TEST(word(x) == "output full");
}

BOOST_AUTO_TEST_CASE(an_nsq_client_that_ends_says_so) {
  auto x = open_nsq();
  x.owed = true;
  x.phase = nsq_phase::emptying;
  BOOST_TEST(word(x) == "busy");
  for (const auto phase :
       {nsq_phase::answering, nsq_phase::sending, nsq_phase::closed}) {
    x.phase = phase;
    BOOST_TEST(word(x) == "closing");
  }
  x.output_full = true;
  BOOST_TEST(word(x) == "output full");
}

BOOST_AUTO_TEST_CASE(an_http_client_says_what_it_waits_for) {
  http_situation x;
  BOOST_TEST(word(x) == "idle");
  x.within_request = true;
  BOOST_TEST(word(x) == "receiving");
  x.no_memory = true;
  BOOST_TEST(word(x) == "body waits for memory");
  x.due = http_answer::other;
  BOOST_TEST(word(x) == "busy");
  x.due = http_answer::publish;
  BOOST_TEST(word(x) == "waits for topic");
  x.due = http_answer::grant;
  BOOST_TEST(word(x) == "asking auth");
  x.phase = http_phase::sending;
  BOOST_TEST(word(x) == "closing");
  x.unread_output = true;
  BOOST_TEST(word(x) == "output full");
  x.phase = http_phase::handshaking;
  BOOST_TEST(word(x) == "handshaking");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
