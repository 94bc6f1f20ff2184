#include "net/loop/turn_watch.hpp"

#include <boost/test/unit_test.hpp>

namespace cafq::test {

namespace {

using namespace std::chrono_literals;

/// A thread that may have to wait for its processor.
struct fixture {
  std::optional<queue::duration>
  turn(queue::duration used, queue::duration waited = {}) {
    now += used + waited;
    all += used;
    return watch.turn_ended(now, [this] {
      ++looks;
      return all;
    });
  }

  net::turn_watch watch;
  queue::time_point now{1h};
  queue::duration all{};
  int looks = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(turn_watch_tests, fixture)

BOOST_AUTO_TEST_CASE(finds_a_long_turn) {
  BOOST_TEST(!turn(100us).has_value());
  BOOST_TEST((turn(7ms) == 7ms));
  BOOST_TEST(!turn(300us).has_value());
}

BOOST_AUTO_TEST_CASE(waiting_is_no_work) {
  BOOST_TEST(!turn(100us).has_value());
  BOOST_TEST(!turn(100us, 1s).has_value());
}

BOOST_AUTO_TEST_CASE(looks_at_short_turns_together) {
  (void)turn(0us);
  for (int i = 0; i < 1000; ++i)
    BOOST_TEST(!turn(10us).has_value());
  BOOST_TEST(looks == 41);
  for (int i = 0; i < 24; ++i)
    (void)turn(10us);
  BOOST_TEST((turn(5ms) == 5ms + 240us));
}

BOOST_AUTO_TEST_CASE(a_loop_is_crowded_for_a_while_behind_a_long_turn) {
  net::crowding uut;
  BOOST_TEST(!uut.now(now));
  uut.turn_took(9ms, now);
  BOOST_TEST(!uut.now(now));
  uut.turn_took(11ms, now);
  BOOST_TEST(uut.now(now));
  BOOST_TEST(uut.now(now + 999ms));
  BOOST_TEST(!uut.now(now + 1s));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
