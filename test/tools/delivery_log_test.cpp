#include "tools/cafq/bench/delivery_log.hpp"

#include "tools/cafq/error.hpp"

#include <boost/test/unit_test.hpp>

using cafq::bench::delivery_log;

BOOST_AUTO_TEST_SUITE(delivery_log_tests)

BOOST_AUTO_TEST_CASE(counts_each_message_once) {
  delivery_log log{2};
  log.note(0, 0);
  log.note(1, 0);
  log.note(0, 1);
  log.note(0, 0);
  BOOST_TEST(log.distinct() == 3U);
  BOOST_TEST(log.duplicates() == 1U);
  BOOST_TEST(log.out_of_order() == 0U);
}

BOOST_AUTO_TEST_CASE(counts_who_comes_after_a_later_one) {
  delivery_log log{1};
  for (const auto sequence : {0U, 3U, 1U, 2U, 4U})
    log.note(0, sequence);
  BOOST_TEST(log.distinct() == 5U);
  BOOST_TEST(log.out_of_order() == 2U);
}

BOOST_AUTO_TEST_CASE(grows_with_the_sequence) {
  delivery_log log{1};
  log.note(0, 5'000'000);
  log.note(0, 5'000'000);
  BOOST_TEST(log.distinct() == 1U);
  BOOST_TEST(log.duplicates() == 1U);
}

BOOST_AUTO_TEST_CASE(refuses_an_unknown_producer) {
  delivery_log log{1};
  BOOST_CHECK_THROW(log.note(1, 0), cafq::tool::error);
}

BOOST_AUTO_TEST_SUITE_END()
