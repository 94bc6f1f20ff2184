#include "persistence/commit_pace.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;

namespace cafq {

BOOST_AUTO_TEST_SUITE(commit_pace_tests)

BOOST_AUTO_TEST_CASE(writes_less_while_it_takes_long) {
  commit_pace uut{8 << 20};
  BOOST_TEST(uut.bytes() == 8U << 20U);
  uut.took(400ms);
  BOOST_TEST(uut.bytes() == 8U << 20U);
  uut.took(600ms);
  BOOST_TEST(uut.bytes() == 4U << 20U);
  uut.took(300ms);
  BOOST_TEST(uut.bytes() == 4U << 20U);
  uut.took(100ms);
  BOOST_TEST(uut.bytes() == 8U << 20U);
  uut.took(100ms);
  BOOST_TEST(uut.bytes() == 8U << 20U);
}

BOOST_AUTO_TEST_CASE(always_writes_something) {
  commit_pace uut{8 << 20};
  for (int i = 0; i < 100; ++i)
    uut.took(10s);
  BOOST_TEST(uut.bytes() == 256U << 10U);
}

BOOST_AUTO_TEST_CASE(a_small_bound_stays) {
  commit_pace uut{1000};
  uut.took(10s);
  BOOST_TEST(uut.bytes() == 1000U);
  uut.took(1ms);
  BOOST_TEST(uut.bytes() == 1000U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq
