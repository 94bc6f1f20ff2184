#include "actors/queue/next_tick.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;

namespace cafq::queue {

namespace {

struct fixture {
  /// Returns after how long a tick is to come; negative if none is.
  duration arm(duration deadline) {
    return uut.arm(now + deadline, now).value_or(-1ns);
  }

  next_tick uut;
  time_point now{1h};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(next_tick_tests, fixture)

BOOST_AUTO_TEST_CASE(comes_at_the_deadline) {
  BOOST_TEST((arm(2s) == 2s));
}

BOOST_AUTO_TEST_CASE(there_is_none_without_a_deadline) {
  BOOST_TEST(!uut.arm(std::nullopt, now).has_value());
}

BOOST_AUTO_TEST_CASE(one_that_comes_in_time_is_enough) {
  arm(2s);
  BOOST_TEST((arm(2s) == -1ns));
  BOOST_TEST((arm(3s) == -1ns));
  BOOST_TEST((arm(1s) == 1s));
}

BOOST_AUTO_TEST_CASE(comes_at_once_for_what_is_overdue) {
  BOOST_TEST((arm(-1s) == 0s));
}

BOOST_AUTO_TEST_CASE(what_is_far_away_is_split) {
  BOOST_TEST((arm(1h) == next_tick::longest));
  now += next_tick::longest;
  uut.came(now);
  BOOST_TEST((arm(1h) == next_tick::longest));
}

BOOST_AUTO_TEST_CASE(one_that_became_superfluous_changes_nothing) {
  arm(2s);
  arm(4s);
  arm(1s);
  now += 500ms;
  // A tick from somewhere else.
  uut.came(now);
  BOOST_TEST((arm(3s) == -1ns));
  now += 500ms;
  uut.came(now);
  BOOST_TEST((arm(3s) == 3s));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::queue
