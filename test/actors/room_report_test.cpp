#include "actors/room_report.hpp"

#include <boost/test/unit_test.hpp>

namespace cafq {

BOOST_AUTO_TEST_SUITE(room_report_tests)

BOOST_AUTO_TEST_CASE(tells_of_a_quarter_of_the_window_at_a_time) {
  room_report uut;
  uut.came(30);
  BOOST_TEST(!uut.placed(20, 100).has_value());
  uut.came(30);
  BOOST_TEST(uut.placed(35, 100).value() == 25u);
  BOOST_TEST(!uut.placed(11, 100).has_value());
  BOOST_TEST(uut.placed(0, 100).value() == 35u);
  BOOST_TEST(!uut.placed(0, 100).has_value());
  BOOST_TEST(uut.invariant());
}

BOOST_AUTO_TEST_CASE(tells_of_each_message_in_a_small_window) {
  room_report uut;
  BOOST_TEST(!uut.placed(0, 1).has_value());
  uut.came(1);
  BOOST_TEST(uut.placed(0, 1).value() == 1u);
}

BOOST_AUTO_TEST_CASE(says_nothing_of_what_was_here_before) {
  room_report uut;
  // The first channel takes what the topic held.
  uut.came(5);
  BOOST_TEST(!uut.placed(1000, 4).has_value());
  BOOST_TEST(uut.placed(0, 4).value() == 5u);
}

BOOST_AUTO_TEST_CASE(tells_when_it_becomes_full_or_no_longer_is) {
  room_report uut;
  BOOST_TEST(!uut.is_full(false));
  BOOST_TEST(uut.is_full(true));
  BOOST_TEST(!uut.is_full(true));
  BOOST_TEST(uut.is_full(false));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq
