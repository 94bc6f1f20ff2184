#include "actors/busy_meter.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;
using cafq::busy_meter;
using cafq::queue::time_point;

namespace {

struct fixture {
  /// Runs from one time of the watch to another.
  void run(std::chrono::milliseconds from, std::chrono::milliseconds until) {
    uut.enter(since + from, since);
    uut.leave(since + until);
  }

  /// Somebody looks; -1 if there is nothing to tell.
  int percent(std::chrono::milliseconds at) {
    uut.enter(since + at, since);
    const auto share = uut.share(since + at, since);
    uut.leave(since + at);
    return share ? static_cast<int>(*share * 100 + 0.5F) : -1;
  }

  busy_meter uut;
  time_point since{1h};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(busy_meter_tests, fixture)

BOOST_AUTO_TEST_CASE(tells_the_share_of_the_last_window) {
  run(100ms, 200ms);
  run(300ms, 450ms);
  BOOST_TEST(percent(1000ms) == 25);
  run(1100ms, 2000ms);
  BOOST_TEST(percent(2000ms) == 90);
  BOOST_TEST(percent(3000ms) == 0);
}

BOOST_AUTO_TEST_CASE(knows_nothing_right_behind_the_first_look) {
  BOOST_TEST(percent(0ms) == -1);
  run(10ms, 300ms);
  BOOST_TEST(percent(499ms) == -1);
  BOOST_TEST(percent(500ms) == 58);
}

BOOST_AUTO_TEST_CASE(tells_those_who_look_again_soon_the_same) {
  run(0ms, 500ms);
  BOOST_TEST(percent(1000ms) == 50);
  run(1100ms, 1200ms);
  BOOST_TEST(percent(1250ms) == 50);
  BOOST_TEST(percent(2000ms) == 10);
}

BOOST_AUTO_TEST_CASE(who_has_done_nothing_since_has_not_been_busy) {
  BOOST_TEST(percent(700ms) == 0);
}

BOOST_AUTO_TEST_CASE(counts_what_is_still_going_on) {
  uut.enter(since + 100ms, since);
  BOOST_TEST(*uut.share(since + 1000ms, since) == 0.9F);
  BOOST_TEST(*uut.share(since + 2000ms, since) == 1.0F);
  uut.leave(since + 2500ms);
  BOOST_TEST(percent(3000ms) == 50);
}

BOOST_AUTO_TEST_CASE(
  counts_what_began_before_somebody_looked_from_the_look_on) {
  BOOST_TEST(!uut.share(since + 100ms, since));
  BOOST_TEST(*uut.share(since + 1000ms, since) == 0);
  BOOST_TEST(uut.running());
  BOOST_TEST(*uut.share(since + 2000ms, since) == 1);
  uut.leave(since + 2000ms);
  BOOST_TEST(percent(3000ms) == 0);
}

BOOST_AUTO_TEST_CASE(forgets_an_earlier_watch) {
  run(0ms, 900ms);
  BOOST_TEST(percent(1000ms) == 90);
  BOOST_TEST(!uut.share(since + 2000ms, time_point{}));
  since += 1h;
  BOOST_TEST(percent(100ms) == -1);
  run(100ms, 200ms);
  BOOST_TEST(percent(1000ms) == 10);
}

BOOST_AUTO_TEST_CASE(a_watch_that_ends_meanwhile_does_no_harm) {
  uut.enter(since + 100ms, since);
  since += 1h;
  // Nobody looks; the next one does an hour later.
  uut.leave(since + 200ms);
  BOOST_TEST(percent(1000ms) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
