#include "test/net/network.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

const frames heartbeat{"_heartbeat_"};

} // namespace

BOOST_FIXTURE_TEST_SUITE(loop_timers_tests, network)

BOOST_AUTO_TEST_CASE(those_due_within_a_moment_fire_in_one_turn) {
  const auto ann = greet();
  advance(1ms);
  const auto bob = greet();
  advance(1ms);
  const auto cid = greet();
  advance(30s - 2ms);
  BOOST_TEST(receive(ann) == heartbeat);
  // The turn of the others comes a moment later, and is one.
  advance(100ms - 1ns);
  BOOST_TEST(receive(bob) == frames{});
  advance(1ns);
  BOOST_TEST(receive(bob) == heartbeat);
  BOOST_TEST(receive(cid) == heartbeat);
}

BOOST_AUTO_TEST_CASE(that_does_not_delay_the_next_heartbeat) {
  const auto ann = greet();
  advance(1ms);
  const auto bob = greet();
  advance(99ms);
  for (int i = 0; i < 10; ++i) {
    advance(30s - 100ms);
    BOOST_TEST(receive(ann) == heartbeat);
    BOOST_TEST(receive(bob) == frames{});
    advance(100ms);
    BOOST_TEST(receive(bob) == heartbeat);
    send(ann, "NOP\n");
    send(bob, "NOP\n");
  }
}

BOOST_AUTO_TEST_CASE(a_connection_takes_its_timer_along) {
  const auto ann = greet();
  const auto bob = greet();
  BOOST_TEST(timers() == 2u);
  talk(ann, "BOGUS\n");
  BOOST_TEST(closed(ann));
  BOOST_TEST(timers() == 1u);
  talk(bob, "BOGUS\n");
  BOOST_TEST(timers() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
