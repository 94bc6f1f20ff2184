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

BOOST_AUTO_TEST_CASE(gives_out_no_number_that_is_not_reserved) {
  number_source uut{10, 0, 20};
  BOOST_TEST(uut.may_take(9));
  BOOST_TEST(!uut.may_take(10));
  uut.take(5);
  BOOST_TEST(!uut.may_take(5));
}

BOOST_AUTO_TEST_CASE(fails_rather_than_use_one) {
  number_source uut{10, 0, 20};
  BOOST_CHECK_THROW(uut.take(10), broken_contract);
  BOOST_TEST(uut.next() == 10u);
}

BOOST_AUTO_TEST_CASE(wants_a_mark_while_half_a_step_is_left) {
  number_source uut{0, 0, number_source::step};
  BOOST_TEST(!uut.wanted_mark().has_value());
  uut.take(number_source::step / 2);
  BOOST_TEST(uut.wanted_mark().value() == number_source::step / 2 * 3);
  // It has asked.
  BOOST_TEST(!uut.wanted_mark().has_value());
  uut.reserved(number_source::step / 2 * 3);
  BOOST_TEST(!uut.wanted_mark().has_value());
  BOOST_TEST(uut.may_take(number_source::step - 1));
}

BOOST_AUTO_TEST_CASE(asks_again_after_a_failure) {
  number_source uut{0, 0, 1};
  const auto mark = uut.wanted_mark();
  uut.not_reserved();
  BOOST_TEST(!uut.may_take(1));
  BOOST_TEST((uut.wanted_mark() == mark));
}

BOOST_AUTO_TEST_CASE(needs_no_mark_without_a_disk) {
  number_source uut{10};
  BOOST_TEST(uut.may_take(number_source::step * 1000));
  BOOST_TEST(!uut.wanted_mark().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::queue
