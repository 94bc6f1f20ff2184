#include "actors/write_promises.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using cafq::write_promises;
using cafq::queue::time_point;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(write_promises_tests)

namespace {

struct fixture {
  /// Messages of now, which are to be on disk within 100 ms.
  void promise(uint64_t mark) {
    uut.add({mark, now, now + 100ms, now});
  }

  write_promises uut;
  time_point now = time_point{} + 1h;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(the_oldest_is_the_first_that_is_not_kept, fixture) {
  BOOST_TEST(!uut.oldest());
  promise(5);
  const auto first = now;
  now += 1s;
  promise(7);
  BOOST_TEST((uut.oldest() == first));
  BOOST_TEST(!uut.kept(4, now));
  BOOST_TEST((uut.oldest() == first));
  (void)uut.kept(6, now);
  BOOST_TEST((uut.oldest() == now));
  (void)uut.kept(7, now);
  BOOST_TEST(!uut.oldest());
}

BOOST_FIXTURE_TEST_CASE(what_is_a_little_late_is_not_told, fixture) {
  promise(1);
  BOOST_TEST(!uut.kept(1, now + 100ms + write_promises::most_late - 1ns));
}

BOOST_FIXTURE_TEST_CASE(the_most_overdue_is_told, fixture) {
  promise(1);
  const auto until = now + 100ms;
  now += 1s;
  promise(2);
  const auto told = uut.kept(2, now + 5s);
  BOOST_REQUIRE(told);
  BOOST_TEST((told->until == until));
}

BOOST_FIXTURE_TEST_CASE(is_told_now_and_then_only, fixture) {
  const auto late = [this] {
    static uint64_t mark = 0;
    promise(++mark);
    now += 2s;
    return uut.kept(mark, now).has_value();
  };
  BOOST_TEST(late());
  for (int i = 0; i < 4; ++i)
    BOOST_TEST(!late());
  BOOST_TEST(late());
}

BOOST_AUTO_TEST_SUITE_END()
