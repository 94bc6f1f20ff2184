#include "actors/queue/latency.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <random>

namespace cafq::test {

using namespace queue;
using namespace std::chrono_literals;

namespace data = boost::unit_test::data;

namespace {

/// Returns whether `got` is as near as promised.
bool near(duration got, duration exact) {
  const auto error = std::abs(static_cast<double>((got - exact).count()));
  return error <= std::max(static_cast<double>(exact.count()) / 64, 513.0);
}

constexpr std::array quantiles{0.001, 0.01, 0.25, 0.5,   0.75,
                               0.9,   0.95, 0.99, 0.999, 1.0};

/// Durations of many kinds, in ns.
using generator = std::function<double(std::mt19937&)>;

const std::array<generator, 4> generators{
  [](std::mt19937& random) {
    return std::uniform_real_distribution{0.0, 1e6}(random);
  },
  [](std::mt19937& random) {
    return std::exponential_distribution{1e-8}(random);
  },
  [](std::mt19937& random) {
    return std::lognormal_distribution{16.0, 3.0}(random);
  },
  // Most are short, a few are very long.
  [](std::mt19937& random) {
    return std::bernoulli_distribution{0.01}(random) ? 3.6e12 : 250e3;
  },
};

} // namespace

BOOST_AUTO_TEST_SUITE(latency_histogram_tests)

BOOST_AUTO_TEST_CASE(has_nothing_at_first) {
  const latency_histogram x;
  BOOST_TEST(x.count() == 0u);
  BOOST_TEST(x.quantile(0.5).count() == 0);
  BOOST_TEST(x.quantile(1).count() == 0);
}

BOOST_DATA_TEST_CASE(tells_percentiles_within_the_error,
                     data::xrange(generators.size()), which) {
  std::mt19937 random{42};
  latency_histogram x;
  std::vector<duration> all;
  for (int i = 0; i < 10000; ++i) {
    all.emplace_back(static_cast<int64_t>(generators[which](random)));
    x.add(all.back());
  }
  std::sort(all.begin(), all.end());
  BOOST_TEST(x.count() == all.size());
  for (const auto q : quantiles) {
    const auto rank
      = static_cast<size_t>(std::ceil(q * static_cast<double>(all.size())));
    const auto exact = all[std::max<size_t>(rank, 1) - 1];
    BOOST_TEST(near(x.quantile(q), exact),
               q << ": " << x.quantile(q).count() << " for " << exact.count());
  }
}

BOOST_AUTO_TEST_CASE(every_bucket_is_near_what_is_in_it) {
  for (duration d{1}; d < 19h; d += d / 97 + 1ns) {
    latency_histogram x;
    x.add(d);
    x.add(24h);
    BOOST_TEST_REQUIRE(near(x.quantile(0.5), d), d.count());
  }
}

BOOST_AUTO_TEST_CASE(one_duration_is_exact) {
  latency_histogram x;
  x.add(123456789ns);
  for (const auto q : quantiles)
    BOOST_TEST(x.quantile(q).count() <= 123456789);
  BOOST_TEST(x.quantile(1).count() == 123456789);
}

BOOST_AUTO_TEST_CASE(takes_the_least_and_the_greatest) {
  latency_histogram x;
  x.add(-5s);
  BOOST_TEST(x.quantile(1).count() == 0);
  x.add(duration::max());
  BOOST_TEST((x.quantile(1) == duration::max()));
  BOOST_TEST(x.quantile(0.5) < 1us);
}

BOOST_AUTO_TEST_CASE(merging_is_counting_together) {
  std::mt19937 random{7};
  latency_histogram both;
  std::array<latency_histogram, 3> parts; // one stays empty
  for (int i = 0; i < 1000; ++i) {
    const duration d{std::uniform_int_distribution{0, 1000000000}(random)};
    both.add(d);
    parts[static_cast<size_t>(i % 2)].add(d);
  }
  latency_histogram merged;
  for (const auto& part : parts)
    merged.merge(part);
  BOOST_TEST(merged.count() == both.count());
  for (const auto q : quantiles)
    BOOST_TEST((merged.quantile(q) == both.quantile(q)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(latency_window_tests)

BOOST_AUTO_TEST_CASE(forgets_half_by_half) {
  latency_window x{10s};
  const auto start = time_point{} + 1000s;
  x.add(start, 1ms);
  x.add(start + 4s, 2ms);
  BOOST_TEST(x.at(start + 4s).count() == 2u);
  x.add(start + 6s, 3ms);
  BOOST_TEST(x.at(start + 6s).count() == 3u);
  x.add(start + 11s, 4ms);
  BOOST_TEST(x.at(start + 11s).count() == 2u);
  BOOST_TEST((x.at(start + 11s).quantile(1) == 4ms));
}

BOOST_AUTO_TEST_CASE(what_is_too_old_does_not_count) {
  latency_window x{10s};
  const auto start = time_point{} + 1000s;
  x.add(start, 1ms);
  x.add(start + 6s, 2ms);
  BOOST_TEST(x.at(start + 10s).count() == 2u);
  BOOST_TEST(x.at(start + 12s).count() == 1u);
  BOOST_TEST(x.at(start + 16s).count() == 0u);
  x.add(start + 60s, 3ms);
  BOOST_TEST(x.at(start + 60s).count() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
