#include "net/http_stream.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

struct fixture {
  std::shared_ptr<size_t> count = std::make_shared<size_t>(0);
  /// Somewhere between two seconds.
  queue::time_point now{1h + 300ms};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(http_stream_tests, fixture)

BOOST_AUTO_TEST_CASE(looks_at_once_and_then_when_all_others_do) {
  http_stream uut{{}, count};
  BOOST_TEST(uut.begin_look(now));
  // The answer is to come.
  BOOST_TEST(!uut.due());
  BOOST_TEST(!uut.begin_look(now + 10s));
  static_cast<void>(uut.told("0\n"));
  BOOST_TEST((uut.due() == queue::time_point{1h + 1s}));
  BOOST_TEST(!uut.begin_look(now));
  BOOST_TEST(uut.begin_look(queue::time_point{1h + 1s}));
}

BOOST_AUTO_TEST_CASE(one_that_is_slow_leaves_out_looks) {
  http_stream uut{{}, count};
  BOOST_TEST(uut.begin_look(now));
  static_cast<void>(uut.told("0\n"));
  BOOST_TEST(uut.begin_look(now + 10s));
  static_cast<void>(uut.told("0\n"));
  BOOST_TEST((uut.due() == queue::time_point{1h + 11s}));
}

BOOST_AUTO_TEST_CASE(counts_while_it_lives) {
  {
    const http_stream one{{}, count};
    const http_stream other{{}, count};
    BOOST_TEST(*count == 2u);
  }
  BOOST_TEST(*count == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
