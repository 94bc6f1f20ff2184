#include "net/client/known_topics.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace cafq::test {

namespace {

/// Stands for a topic: 0 is none.
using topics = known_topics<int>;

const auto any = [](int) {
  return true;
};

struct fixture {
  void add(const std::string& name, int x, size_t most) {
    known.add(name, x, most, any, [this](int y) { forgotten.push_back(y); });
  }

  topics known;
  std::vector<int> forgotten;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(known_topics_tests, fixture)

BOOST_AUTO_TEST_CASE(finds_what_was_added) {
  add("a", 1, 8);
  BOOST_TEST_REQUIRE(known.find("a"));
  BOOST_TEST(*known.find("a") == 1);
  BOOST_TEST(!known.find("b"));
}

BOOST_AUTO_TEST_CASE(forgets_some_for_others) {
  add("a", 1, 2);
  add("b", 2, 2);
  add("c", 3, 2);
  BOOST_TEST(known.size() == 2u);
  BOOST_TEST(known.find("c"));
  BOOST_TEST(forgotten == std::vector{1}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(forgets_more_when_there_may_be_fewer) {
  for (int i = 1; i <= 4; ++i)
    add(std::to_string(i), i, 8);
  add("5", 5, 2);
  BOOST_TEST(known.size() == 2u);
  BOOST_TEST(forgotten.size() == 3u);
}

BOOST_AUTO_TEST_CASE(keeps_those_that_may_not_go) {
  add("a", 1, 8);
  add("b", 2, 8);
  const auto only_b = [](int x) {
    return x == 2;
  };
  known.add("c", 3, 1, only_b, [this](int x) { forgotten.push_back(x); });
  BOOST_TEST(forgotten == std::vector{2}, boost::test_tools::per_element());
  BOOST_TEST(known.find("a"));
  BOOST_TEST(known.find("c"));
}

BOOST_AUTO_TEST_CASE(takes_one_out) {
  add("a", 1, 8);
  BOOST_TEST(known.take("a") == 1);
  BOOST_TEST(known.take("a") == 0);
  BOOST_TEST(known.size() == 0u);
}

BOOST_AUTO_TEST_CASE(forgets_those_that_ended) {
  add("a", 1, 8);
  add("b", 2, 8);
  known.forget_if([](int x) { return x == 1; });
  BOOST_TEST(!known.find("a"));
  BOOST_TEST(known.find("b"));
}

BOOST_AUTO_TEST_CASE(keeps_fewer_names_while_memory_is_tight) {
  auto all = std::make_shared<client_memory>(16384);
  BOOST_TEST(most_topic_names(*all) == 256u);
  client_share share{all, [](client_memory::wish) {
                     }};
  share.holds(16384);
  BOOST_TEST(most_topic_names(*all) == 8u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
