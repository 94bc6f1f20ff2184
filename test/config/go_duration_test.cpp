#include "config/go_duration.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <ostream>
#include <string>

using cafq::config::parse_go_duration;
using cafq::config::to_go_duration;
using std::chrono::nanoseconds;

namespace {

struct sample {
  std::string text;
  int64_t count;
};

std::ostream& operator<<(std::ostream& out, const sample& x) {
  return out << x.text;
}

constexpr int64_t second = 1'000'000'000;

const std::array readable{
  sample{"0", 0},
  sample{"-0", 0},
  sample{"0s", 0},
  sample{"60s", 60 * second},
  sample{"250ms", second / 4},
  sample{"1m30s", 90 * second},
  sample{"1h0m1s", 3601 * second},
  sample{"1.5h", 5400 * second},
  sample{".5s", second / 2},
  sample{"1.s", second},
  sample{"7us", 7000},
  sample{"7\u00b5s", 7000},
  sample{"7\u03bcs", 7000},
  sample{"3ns", 3},
  sample{"-2s", -2 * second},
  sample{"+2s", 2 * second},
  sample{"1s1s", 2 * second},
  sample{"0.123456789s", 123456789},
  sample{"2562047h47m16.854775807s", std::numeric_limits<int64_t>::max()},
  sample{"-2562047h47m16.854775808s", std::numeric_limits<int64_t>::min()},
};

const std::array unreadable{
  "",
  "60",
  "s",
  ".s",
  "1",
  "-",
  "+",
  "1.5",
  "1 s",
  "1s ",
  " 1s",
  "1d",
  "1min",
  "--1s",
  "1m30",
  "00",
  "1ss",
  "ms",
  "2562048h",
  "9223372036854775808ns",
  "99999999999999999999s",
  "2562047h47m16.854775808s",
  "9223372036s0.9999999999s9223372036s0.9999999999s",
};

const std::array printable{
  sample{"0s", 0},
  sample{"1ns", 1},
  sample{"1.5\u00b5s", 1500},
  sample{"25ms", second / 40},
  sample{"250ms", second / 4},
  sample{"2.5s", 5 * second / 2},
  sample{"1m0s", 60 * second},
  sample{"15m0s", 900 * second},
  sample{"1h0m0s", 3600 * second},
  sample{"1m30.5s", 90 * second + second / 2},
  sample{"-1m0s", -60 * second},
  sample{"-2562047h47m16.854775808s", std::numeric_limits<int64_t>::min()},
};

} // namespace

BOOST_AUTO_TEST_SUITE(go_duration_tests)

BOOST_DATA_TEST_CASE(reads_what_go_reads, readable, x) {
  const auto value = parse_go_duration(x.text);
  BOOST_TEST_REQUIRE(value.has_value());
  BOOST_TEST(value->count() == x.count);
}

BOOST_DATA_TEST_CASE(rejects_what_go_rejects, unreadable, text) {
  BOOST_TEST(!parse_go_duration(text).has_value());
}

BOOST_DATA_TEST_CASE(prints_as_go_prints, printable, x) {
  BOOST_TEST(to_go_duration(nanoseconds{x.count}) == x.text);
}

BOOST_DATA_TEST_CASE(reads_back_what_it_prints, printable, x) {
  const auto value = parse_go_duration(to_go_duration(nanoseconds{x.count}));
  BOOST_TEST_REQUIRE(value.has_value());
  BOOST_TEST(value->count() == x.count);
}

BOOST_AUTO_TEST_SUITE_END()
