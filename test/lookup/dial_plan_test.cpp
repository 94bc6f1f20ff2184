#include "net/lookupd/dial_plan.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace cafq::test {

using std::chrono::seconds;

namespace {

struct fixture {
  dial_plan plan;
  queue::time_point now{seconds{1000}};

  void find(const std::string& address, std::string why_not = {}) {
    BOOST_TEST(plan.want(address));
    BOOST_TEST((plan.next() == address));
    plan.done(address, std::move(why_not), now);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(dial_plan_tests, fixture)

BOOST_AUTO_TEST_CASE(tries_each_once_a_minute) {
  BOOST_TEST(!plan.known("a:1", now));
  find("a:1", "refused");
  now += seconds{59};
  BOOST_TEST((plan.known("a:1", now) == "refused"));
  BOOST_TEST(!plan.known("a:2", now));
  now += seconds{1};
  BOOST_TEST(!plan.known("a:1", now));
  find("a:1");
  BOOST_TEST((plan.known("a:1", now) == ""));
}

BOOST_AUTO_TEST_CASE(who_is_wanted_by_many_is_tried_once) {
  BOOST_TEST(plan.want("a:1"));
  BOOST_TEST(plan.want("a:1"));
  BOOST_TEST((plan.next() == "a:1"));
  BOOST_TEST(plan.want("a:1"));
  BOOST_TEST(!plan.next());
}

BOOST_AUTO_TEST_CASE(tries_a_few_at_a_time_in_their_order) {
  for (size_t i = 0; i <= dial_plan::most_open; ++i)
    BOOST_TEST(plan.want("a:" + std::to_string(i)));
  for (size_t i = 0; i < dial_plan::most_open; ++i)
    BOOST_TEST((plan.next() == "a:" + std::to_string(i)));
  BOOST_TEST(!plan.next());
  plan.done("a:3", {}, now);
  BOOST_TEST((plan.next() == "a:" + std::to_string(dial_plan::most_open)));
}

BOOST_AUTO_TEST_CASE(has_a_bound_for_those_of_a_minute) {
  for (size_t i = 0; i < dial_plan::most / 2; ++i)
    find("known:" + std::to_string(i));
  for (size_t i = 0; i < dial_plan::most / 2; ++i)
    BOOST_TEST(plan.want("line:" + std::to_string(i)));
  BOOST_TEST(!plan.want("one:more"));
  now += dial_plan::lasts;
  BOOST_TEST(!plan.known("one:more", now));
  BOOST_TEST(plan.want("one:more"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
