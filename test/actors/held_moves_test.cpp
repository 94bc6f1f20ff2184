#include "actors/held_moves.hpp"

#include "test/support/messages.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

const queue::time_point some_time{1h};

struct fixture {
  /// Returns the numbers and bodies of the next batch.
  std::vector<std::pair<uint64_t, std::string>> take(size_t most) {
    std::vector<std::pair<uint64_t, std::string>> result;
    const auto found = take_held(held, numbers, most);
    if (!found)
      return result;
    for (const auto& x : found->items)
      for (size_t i = 0; i < x.body->count(); ++i)
        result.emplace_back(x.body->first_number() + i,
                            std::string{x.body->message(i).body});
    return result;
  }

  using messages = std::vector<std::pair<uint64_t, std::string>>;

  queue::channel_queue held;
  queue::number_source numbers{1000};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(held_moves_tests, fixture)

BOOST_AUTO_TEST_CASE(there_may_be_nothing) {
  BOOST_TEST(!take_held(held, numbers, 1));
}

BOOST_AUTO_TEST_CASE(messages_keep_their_order_and_get_new_numbers) {
  held.put(numbered(1, 2));
  held.put(numbered(3, 1));
  BOOST_TEST((take(100) == messages{{1000, "1"}, {1001, "2"}, {1002, "3"}}));
  BOOST_TEST(held.depth() == 0u);
}

BOOST_AUTO_TEST_CASE(stops_behind_what_reaches_the_bound) {
  held.put(block_of(1, {std::string(10, 'a')}));
  held.put(block_of(2, {std::string(10, 'b')}));
  const auto first = take_held(held, numbers, 1);
  BOOST_TEST_REQUIRE(first != nullptr);
  BOOST_TEST(first->items.size() == 1u);
  BOOST_TEST(held.depth() == 1u);
}

BOOST_AUTO_TEST_CASE(deferred_messages_follow_and_keep_their_time) {
  held.defer(numbered(1), some_time);
  held.put(numbered(2));
  const auto found = take_held(held, numbers, 100);
  BOOST_TEST_REQUIRE(found->items.size() == 2u);
  BOOST_TEST(!found->items[0].deferred());
  BOOST_TEST((found->items[1].due == some_time));
  BOOST_TEST(found->items[1].body->first_number() == 1001u);
  BOOST_TEST(held.deferred() == 0u);
}

BOOST_AUTO_TEST_CASE(nothing_moves_without_numbers) {
  held.put(numbered(1));
  numbers = queue::number_source{1000, 0, 1001};
  BOOST_TEST(!take_held(held, numbers, 100));
  BOOST_TEST(held.depth() == 1u);
}

BOOST_AUTO_TEST_CASE(less_moves_at_a_time_to_many_channels) {
  BOOST_TEST(bytes_to_move(1) == 1U << 20U);
  BOOST_TEST(bytes_to_move(8) == 1U << 20U);
  BOOST_TEST(bytes_to_move(16) == 1U << 19U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
