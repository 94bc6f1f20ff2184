#include "tools/cafq/bench/histogram.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>

using cafq::bench::histogram;

BOOST_AUTO_TEST_SUITE(histogram_tests)

BOOST_AUTO_TEST_CASE(has_no_quantiles_when_empty) {
  const histogram values;
  BOOST_TEST(values.quantile(0.5) == 0U);
  BOOST_TEST(values.max() == 0U);
}

BOOST_AUTO_TEST_CASE(is_exact_for_small_values) {
  histogram values;
  for (std::uint64_t i = 1; i <= 100; ++i)
    values.record(i);
  BOOST_TEST(values.count() == 100U);
  BOOST_TEST(values.quantile(0) == 1U);
  BOOST_TEST(values.quantile(0.5) == 50U);
  BOOST_TEST(values.quantile(0.99) == 99U);
  BOOST_TEST(values.quantile(1) == 100U);
}

BOOST_DATA_TEST_CASE(is_within_two_percent_of_large_values,
                     boost::unit_test::data::make<std::uint64_t>(
                       {127, 128, 129, 255, 256, 1'000'003, 59'999'999'999,
                        std::uint64_t{1} << 62,
                        std::numeric_limits<std::uint64_t>::max()}),
                     value) {
  histogram values;
  values.record(value);
  values.record(std::numeric_limits<std::uint64_t>::max());
  const auto half = values.quantile(0.5);
  BOOST_TEST(half >= value);
  BOOST_TEST(half - value <= value / 50);
}

BOOST_AUTO_TEST_CASE(never_exceeds_the_maximum) {
  histogram values;
  values.record(1'000'001);
  BOOST_TEST(values.quantile(0.999) == 1'000'001U);
}

BOOST_AUTO_TEST_CASE(forgets_on_clear) {
  histogram values;
  values.record(5);
  values.clear();
  BOOST_TEST(values.count() == 0U);
  BOOST_TEST(values.quantile(1) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
