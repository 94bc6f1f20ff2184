#include "actors/trial.hpp"

#include <boost/test/unit_test.hpp>

using cafq::trial;

BOOST_AUTO_TEST_SUITE(trial_tests)

namespace {

/// Offers `rounds` chances; every `nth` that is taken succeeds, or none if 0.
/// @returns how many were taken.
size_t taken(trial& uut, size_t rounds, size_t nth) {
  size_t result = 0;
  for (size_t i = 0; i < rounds; ++i) {
    if (!uut.worth_it())
      continue;
    ++result;
    if (nth > 0 && result % nth == 0)
      uut.succeeded();
    else
      uut.failed();
  }
  return result;
}

} // namespace

BOOST_AUTO_TEST_CASE(goes_on_while_it_succeeds) {
  trial uut;
  BOOST_TEST(taken(uut, 1000, 1) == 1000U);
}

BOOST_AUTO_TEST_CASE(costs_nothing_to_speak_of_while_it_fails) {
  trial uut;
  taken(uut, 2000, 0);
  BOOST_TEST(taken(uut, 102'400, 0) == 100U);
}

BOOST_AUTO_TEST_CASE(is_rare_while_it_fails_more_often_than_not) {
  trial uut;
  taken(uut, 10'000, 3);
  BOOST_TEST(taken(uut, 10'000, 3) < 100U);
}

BOOST_AUTO_TEST_CASE(comes_back_when_it_succeeds_again) {
  trial uut;
  taken(uut, 10'000, 0);
  taken(uut, 4096, 1);
  BOOST_TEST(taken(uut, 1000, 1) == 1000U);
}

BOOST_AUTO_TEST_SUITE_END()
