#include "config/timespan_scan.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>

using cafq::config::find_oversized_timespan;

namespace {

const std::array fitting{
  "",
  "x = 1h",
  "x = 2562047h ; 9999999999h",
  R"(x = "9999999999h")",
  R"(x = "a\"9999999999h")",
  "x = '9999999999h'",
  "; 9999999999h\n",
  "x = 9223372036854775807ns",
  "x = 9999999999",
  R"(x = "9999999999h)",
  R"(x = "\)",
};

const std::array oversized{
  "x = 2562048h",           "x = 0x9999999999h", "x = -2562048h",
  "x = 153722868min",       "x = 9223372037s",   "x = 9223372036855ms",
  "x = 9223372036854776us",
};

} // namespace

BOOST_AUTO_TEST_SUITE(timespan_scan_tests)

BOOST_DATA_TEST_CASE(passes_what_fits_or_is_no_timespan, fitting, text) {
  BOOST_TEST(!find_oversized_timespan(text).has_value());
}

BOOST_DATA_TEST_CASE(finds_what_does_not_fit, oversized, text) {
  BOOST_TEST(find_oversized_timespan(text).value_or(0) == 4U);
}

BOOST_AUTO_TEST_CASE(looks_behind_texts_and_comments) {
  BOOST_TEST(
    find_oversized_timespan("a = \"\" ; 'n\nb = [1s,9999999999h]").value_or(0)
    == 20U);
}

BOOST_AUTO_TEST_SUITE_END()
