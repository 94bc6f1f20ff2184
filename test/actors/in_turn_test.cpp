#include "actors/in_turn.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <deque>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

namespace cafq::test {

namespace {

struct fixture {
  /// Begins to ask `count` of something.
  void begin(int count) {
    std::vector<int> list(static_cast<size_t>(count));
    std::iota(list.begin(), list.end(), 0);
    in_turn<int>::begin(
      std::move(list),
      [this](int whom, std::function<void()> answered) {
        asked.push_back(whom);
        open.push_back(std::move(answered));
      },
      [this] { ++done; });
  }

  void answer() {
    const auto x = std::move(open.front());
    open.pop_front();
    x();
  }

  std::vector<int> asked;
  std::deque<std::function<void()>> open;
  int done = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(in_turn_tests, fixture)

BOOST_AUTO_TEST_CASE(nobody_to_ask_is_done_at_once) {
  begin(0);
  BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_CASE(asks_each_in_order_and_few_at_a_time) {
  constexpr int count = 1000;
  begin(count);
  size_t most = 0;
  while (!open.empty()) {
    BOOST_TEST(done == 0);
    most = std::max(most, open.size());
    answer();
  }
  BOOST_TEST(done == 1);
  BOOST_TEST(most == in_turn<int>::most_open);
  std::vector<int> all(count);
  std::iota(all.begin(), all.end(), 0);
  BOOST_TEST(asked == all);
}

BOOST_AUTO_TEST_CASE(answers_may_come_at_once) {
  int asked_now = 0;
  in_turn<int>::begin(
    std::vector<int>(200),
    [&](int, const std::function<void()>& answered) {
      ++asked_now;
      answered();
    },
    [this] { ++done; });
  BOOST_TEST(asked_now == 200);
  BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
