#include "actors/queue/number_source.hpp"

#include <boost/test/unit_test.hpp>

namespace cafq::queue {

BOOST_AUTO_TEST_SUITE(number_source_tests)

BOOST_AUTO_TEST_CASE(starts_at_the_time) {
  number_source uut{1'700'000'000'000'000};
  BOOST_TEST(uut.take(1) == 1'700'000'000'000'000u);
}

BOOST_AUTO_TEST_CASE(gives_each_number_once) {
  number_source uut{10};
  BOOST_TEST(uut.take(3) == 10u);
  BOOST_TEST(uut.take(1) == 13u);
  BOOST_TEST(uut.take(256) == 14u);
  BOOST_TEST(uut.take(1) == 270u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::queue
