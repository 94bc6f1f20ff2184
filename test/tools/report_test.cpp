#include "tools/cafq/bench/report.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>

namespace {

cafq::bench::report example() {
  cafq::bench::report result;
  result.add("topic", "t");
  result.add("published", 12);
  result.add("published_per_s", 1234.5);
  result.add("ack_p50_us", 41.234);
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(report_tests)

BOOST_AUTO_TEST_CASE(aligns_its_table) {
  std::ostringstream out;
  example().print_table(out);
  BOOST_TEST(out.str()
             == "topic            t\n"
                "published        12\n"
                "published_per_s  1234\n"
                "ack_p50_us       41.23\n");
}

BOOST_AUTO_TEST_CASE(keeps_the_order_in_json) {
  std::ostringstream out;
  example().print_json(out);
  BOOST_TEST(out.str()
             == "{\"topic\":\"t\",\"published\":12,"
                "\"published_per_s\":1234.5,\"ack_p50_us\":41.234}\n");
}

BOOST_AUTO_TEST_SUITE_END()
