#include "actors/lookup/place.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <deque>
#include <vector>

namespace cafq::test {

using namespace lookup;

namespace {

struct fixture {
  void add(producer_id id) {
    auto& x = who.emplace_back();
    x.id = id;
    at.add(x, id * 10);
  }

  void take(producer_id id) {
    BOOST_TEST_REQUIRE(at.find(id));
    at.take(*at.find(id));
  }

  [[nodiscard]] std::vector<producer_id> ids() const {
    std::vector<producer_id> result;
    at.each([&](const place::entry& x) { result.push_back(x.who->id); });
    return result;
  }

  std::deque<producer> who;
  place at;
};

using list = std::vector<producer_id>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(place_tests, fixture)

BOOST_AUTO_TEST_CASE(has_producers_by_id) {
  BOOST_TEST(at.empty());
  for (const producer_id id : {3U, 1U, 2U})
    add(id);
  BOOST_TEST((ids() == list{1, 2, 3}));
  BOOST_TEST(at.find(2)->slot == 20U);
  BOOST_TEST(!at.find(4));
}

BOOST_AUTO_TEST_CASE(one_that_was_taken_away_may_come_again) {
  for (const producer_id id : {1U, 2U, 3U})
    add(id);
  at.find(2)->tombstoned = time_point{} + duration{1};
  BOOST_TEST(at.find(2)->what().tombstoned.has_value());
  take(2);
  BOOST_TEST(!at.find(2));
  BOOST_TEST((ids() == list{1, 3}));
  add(2);
  BOOST_TEST((ids() == list{1, 2, 3}));
  BOOST_TEST(!at.find(2)->what().tombstoned.has_value());
  for (const producer_id id : {1U, 2U, 3U})
    take(id);
  BOOST_TEST(at.empty());
  BOOST_TEST(at.kept() == 0U);
}

// Thousands of nodes that go at once would else move all others each.
BOOST_AUTO_TEST_CASE(those_that_are_left_move_seldom) {
  constexpr producer_id count = 1000;
  for (producer_id id = 1; id <= count; ++id)
    add(id);
  const auto* last = at.find(count);
  size_t moves = 0;
  for (producer_id id = 1; id < count; ++id) {
    take(id);
    if (at.find(count) != last)
      ++moves;
    last = at.find(count);
    BOOST_TEST(at.kept() <= 2 * (count - id));
  }
  BOOST_TEST(moves <= 10U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
