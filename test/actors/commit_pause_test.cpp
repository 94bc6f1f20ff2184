#include "actors/commit_pause.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using cafq::commit_pause;
using cafq::queue::duration;
using cafq::queue::time_point;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(commit_pause_tests)

namespace {

struct fixture {
  duration before_commit(size_t waiting) {
    return uut.before_commit(now, waiting);
  }

  void commit(duration took, size_t answered) {
    now += took;
    uut.committed(now, took, answered);
  }

  commit_pause uut;
  time_point now = time_point{} + 1h;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(the_first_commit_begins_at_once, fixture) {
  BOOST_TEST((before_commit(1) == 0ns));
}

BOOST_FIXTURE_TEST_CASE(one_publisher_never_waits, fixture) {
  for (int i = 0; i < 100; ++i) {
    commit(2ms, 1);
    BOOST_TEST((before_commit(0) == 0ns));
    BOOST_TEST((before_commit(1) == 0ns));
  }
}

BOOST_FIXTURE_TEST_CASE(waits_for_those_who_were_answered, fixture) {
  commit(2ms, 50);
  BOOST_TEST((before_commit(0) == 0ns));
  now += 10us;
  BOOST_TEST((before_commit(1) == 1990us));
  BOOST_TEST(!uut.complete(49));
  BOOST_TEST(uut.complete(50));
  BOOST_TEST((before_commit(50) == 0ns));
  BOOST_TEST(!uut.complete(50));
}

BOOST_FIXTURE_TEST_CASE(two_halves_meet, fixture) {
  commit(2ms, 25);
  BOOST_TEST((before_commit(25) == 2ms));
  BOOST_TEST(!uut.complete(49));
  BOOST_TEST(uut.complete(50));
}

BOOST_FIXTURE_TEST_CASE(nobody_comes_who_was_not_answered, fixture) {
  commit(2ms, 0);
  BOOST_TEST((before_commit(25) == 0ns));
}

BOOST_FIXTURE_TEST_CASE(waits_as_long_as_the_last_commit_took, fixture) {
  commit(2ms, 50);
  BOOST_TEST((before_commit(10) == 2ms));
  now += 2ms;
  BOOST_TEST((before_commit(20) == 0ns));
  commit(2ms, 50);
  now += 2ms;
  BOOST_TEST((before_commit(10) == 0ns));
}

BOOST_FIXTURE_TEST_CASE(waits_no_longer_than_a_publisher_wants, fixture) {
  commit(1s, 50);
  BOOST_TEST((before_commit(1) == commit_pause::longest));
}

BOOST_FIXTURE_TEST_CASE(does_not_wait_on_a_fast_disk, fixture) {
  commit(commit_pause::shortest - 1us, 50);
  BOOST_TEST((before_commit(1) == 0ns));
}

BOOST_FIXTURE_TEST_CASE(gives_up_when_nobody_comes_back, fixture) {
  int pauses = 0;
  for (int i = 0; i < 5000; ++i) {
    commit(2ms, 50);
    if (before_commit(10) > 0ns) {
      ++pauses;
      BOOST_TEST((before_commit(20) == 0ns));
    }
  }
  BOOST_TEST(pauses < 200);
}

BOOST_AUTO_TEST_SUITE_END()
