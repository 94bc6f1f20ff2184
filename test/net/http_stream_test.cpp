#include "net/httpd/http_stream.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

struct fixture {
  std::shared_ptr<stream_places> places = std::make_shared<stream_places>();
  /// Somewhere between two seconds.
  queue::time_point now{1h + 300ms};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(http_stream_tests, fixture)

BOOST_AUTO_TEST_CASE(looks_at_once_and_then_when_all_others_do) {
  http_stream uut{{}, places->take("a")};
  BOOST_TEST(uut.begin_look(now));
  // The answer is to come.
  BOOST_TEST(!uut.due());
  BOOST_TEST(!uut.begin_look(now + 10s));
  static_cast<void>(uut.told({}));
  BOOST_TEST((uut.due() == queue::time_point{1h + 1s}));
  BOOST_TEST(!uut.begin_look(now));
  BOOST_TEST(uut.begin_look(queue::time_point{1h + 1s}));
}

BOOST_AUTO_TEST_CASE(one_that_is_slow_leaves_out_looks) {
  http_stream uut{{}, places->take("a")};
  BOOST_TEST(uut.begin_look(now));
  static_cast<void>(uut.told({}));
  BOOST_TEST(uut.begin_look(now + 10s));
  static_cast<void>(uut.told({}));
  BOOST_TEST((uut.due() == queue::time_point{1h + 11s}));
}

BOOST_AUTO_TEST_CASE(begins_with_a_snapshot) {
  http_stream uut{{}, places->take("a")};
  BOOST_TEST(uut.told({}) == "id: 1\nevent: snapshot\ndata: ");
  BOOST_TEST(uut.told({}) == "id: 2\nevent: delta\ndata: ");
}

BOOST_AUTO_TEST_CASE(remembers_what_it_told_and_says_what_that_takes) {
  http_stream uut{{}, places->take("a")};
  const auto nothing = uut.held();
  BOOST_TEST(!uut.known());
  const auto marks = std::make_shared<const std::vector<stream_mark>>(
    std::vector<stream_mark>(10000));
  static_cast<void>(uut.told({nullptr, marks}));
  BOOST_TEST((uut.known() == marks));
  BOOST_TEST(uut.held() == nothing + 160000);
}

BOOST_AUTO_TEST_CASE(one_address_has_few_of_the_places) {
  std::vector<stream_places::place> taken;
  for (size_t i = 0; i < stream_places::most_of_address; ++i)
    taken.push_back(places->take("a"));
  BOOST_TEST((taken.back() != nullptr));
  BOOST_TEST((places->take("a") == nullptr));
  taken.push_back(places->take("b"));
  BOOST_TEST((taken.back() != nullptr));
  taken.erase(taken.begin());
  BOOST_TEST((places->take("a") != nullptr));
}

BOOST_AUTO_TEST_CASE(places_have_a_bound_and_come_back) {
  std::vector<stream_places::place> taken;
  for (size_t i = 0; i < stream_places::most; ++i)
    taken.push_back(places->take(std::to_string(i)));
  BOOST_TEST((places->take("x") == nullptr));
  taken.pop_back();
  BOOST_TEST((places->take("x") != nullptr));
  taken.clear();
  for (size_t i = 0; i < stream_places::most; ++i)
    taken.push_back(places->take(std::to_string(i)));
  BOOST_TEST((taken.back() != nullptr));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
