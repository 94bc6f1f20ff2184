#include "net/protocol/session.hpp"

#include <boost/test/unit_test.hpp>

namespace cafq::test {

using namespace protocol;

BOOST_AUTO_TEST_SUITE(session_tests)

BOOST_AUTO_TEST_CASE(moves_from_init_to_subscribed_to_closing) {
  session client;
  BOOST_TEST(static_cast<int>(client.current()) == 0);
  client.subscribe();
  BOOST_TEST(static_cast<int>(client.current()) == 3);
  client.close();
  BOOST_TEST(static_cast<int>(client.current()) == 4);
}

BOOST_AUTO_TEST_CASE(wants_heartbeats_only_for_a_sub_in_init) {
  session client;
  client.set_heartbeats(false);
  BOOST_TEST(!client.heartbeats());
  BOOST_CHECK(client.judge(command_name::sub) == verdict::needs_heartbeats);
  BOOST_CHECK(client.judge(command_name::pub) == verdict::allowed);
  client.subscribe();
  BOOST_CHECK(client.judge(command_name::sub) == verdict::wrong_state);
}

BOOST_AUTO_TEST_CASE(ignores_rdy_of_a_closing_client) {
  session client;
  BOOST_CHECK(client.judge(command_name::rdy) == verdict::wrong_state);
  client.subscribe();
  BOOST_CHECK(client.judge(command_name::rdy) == verdict::allowed);
  client.close();
  BOOST_CHECK(client.judge(command_name::rdy) == verdict::ignored);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
