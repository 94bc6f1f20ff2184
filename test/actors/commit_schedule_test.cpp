#include "actors/commit_schedule.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using cafq::commit_schedule;
using cafq::queue::duration;
using cafq::queue::time_point;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(commit_schedule_tests)

namespace {

struct fixture {
  /// A commit that was asked for and takes so long.
  bool commit(duration took) {
    BOOST_TEST(!uut.begin(now));
    uut.writing();
    now += took;
    return uut.committed(now, took);
  }

  /// Two were answered, and one has come back.
  commit_schedule::pause pause_for_one_of_two() {
    BOOST_TEST(!uut.appended(2));
    commit(2ms);
    BOOST_TEST(!uut.begin(now));
    BOOST_TEST(!uut.appended(1));
    const auto pause = uut.begin(now);
    BOOST_REQUIRE(pause);
    return *pause;
  }

  commit_schedule uut;
  time_point now = time_point{} + 1h;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(asks_once_for_all_that_comes, fixture) {
  BOOST_TEST(uut.want());
  BOOST_TEST(!uut.want());
  BOOST_TEST(!uut.begin(now));
  BOOST_TEST(!uut.want());
  uut.writing();
  BOOST_TEST(uut.want());
}

BOOST_FIXTURE_TEST_CASE(says_whether_publishers_are_answered, fixture) {
  BOOST_TEST(!commit(1ms));
  BOOST_TEST(!uut.appended(1));
  BOOST_TEST(commit(1ms));
  BOOST_TEST(!commit(1ms));
}

BOOST_FIXTURE_TEST_CASE(pauses_for_those_who_were_answered, fixture) {
  const auto pause = pause_for_one_of_two();
  BOOST_TEST((pause.length == 2ms));
  BOOST_TEST(uut.is_over(pause.number));
  BOOST_TEST(!uut.want());
  BOOST_TEST(!uut.begin(now + 2ms));
}

BOOST_FIXTURE_TEST_CASE(a_pause_ends_with_the_last_it_waits_for, fixture) {
  const auto pause = pause_for_one_of_two();
  BOOST_TEST(uut.appended(1));
  BOOST_TEST(!uut.is_over(pause.number));
  BOOST_TEST(!uut.appended(1));
  BOOST_TEST(!uut.begin(now));
}

BOOST_FIXTURE_TEST_CASE(the_end_of_an_earlier_pause_is_not_this_one_s,
                        fixture) {
  uint64_t earlier = 0;
  for (const size_t all : {10U, 100U}) {
    const auto pause = pause_for_one_of_two();
    BOOST_TEST(pause.number != earlier);
    BOOST_TEST(!uut.is_over(earlier));
    earlier = pause.number;
    BOOST_TEST(uut.appended(all));
  }
}

BOOST_FIXTURE_TEST_CASE(nobody_waits_for_a_commit_that_failed, fixture) {
  BOOST_TEST(uut.want());
  BOOST_TEST(!uut.appended(5));
  BOOST_TEST(!uut.begin(now));
  uut.writing();
  uut.failed(now);
  BOOST_TEST((uut.failing_since() == now));
  // There is another try under way.
  BOOST_TEST(!uut.want());
  const auto first = now;
  now += 1s;
  uut.failed(now);
  BOOST_TEST((uut.failing_since() == first));
  BOOST_TEST(!commit(1ms));
  BOOST_TEST(!uut.failing_since());
}

BOOST_AUTO_TEST_SUITE_END()
