#include "actors/append_ledger.hpp"

#include "test/support/messages.hpp"
#include "test/support/seed.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <deque>
#include <string>
#include <vector>

namespace cafq {

BOOST_AUTO_TEST_SUITE(append_ledger_tests)

namespace {

using namespace std::chrono_literals;

struct fixture {
  /// One message of so many bytes.
  uint64_t add(size_t size, bool held = false, size_t copies = 1) {
    append_ledger::put x;
    x.body.reset(new batch);
    x.body->items.push_back({test::block_of(0, {std::string(size, 'x')}), {}});
    x.held = held;
    return uut.add(std::move(x), copies, now);
  }

  /// Returns the ids of those that have ended.
  std::vector<uint64_t> end(uint64_t last, bool held = false) {
    std::vector<uint64_t> result;
    const auto ours = uut.ended(
      last, now, [&](const append_ledger::put& x) { result.push_back(x.id); });
    BOOST_TEST(ours == held);
    BOOST_TEST(uut.invariant());
    return result;
  }

  append_ledger uut;
  queue::time_point now = queue::time_point{} + 1h;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(ends_in_order, fixture) {
  const auto first = add(1);
  const auto second = add(1);
  const auto third = add(1);
  BOOST_TEST((end(second) == std::vector{first, second}));
  BOOST_TEST((end(third) == std::vector{third}));
  BOOST_TEST(uut.empty());
}

BOOST_FIXTURE_TEST_CASE(each_copy_is_written, fixture) {
  add(100);
  const auto once = uut.bytes();
  const auto last = add(100, false, 3);
  BOOST_TEST(uut.bytes() == 4 * once);
  end(last);
  BOOST_TEST(uut.bytes() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_move_ends_by_its_own_answer, fixture) {
  const auto move = uut.move();
  const auto put = add(1);
  BOOST_TEST(uut.moving() == 1U);
  BOOST_TEST(!uut.moved(put, now));
  BOOST_TEST(uut.moved(move, now));
  BOOST_TEST(uut.moving() == 0U);
  BOOST_TEST((end(put) == std::vector{put}));
}

BOOST_FIXTURE_TEST_CASE(what_is_for_the_topic_holds_up_the_rest, fixture) {
  BOOST_TEST(!uut.holds());
  const auto put = add(1, true);
  BOOST_TEST(uut.holds());
  end(put, true);
  BOOST_TEST(!uut.holds());
  const auto move = uut.move();
  BOOST_TEST(uut.holds());
  BOOST_TEST(uut.moved(move, now));
  BOOST_TEST(!uut.holds());
}

BOOST_FIXTURE_TEST_CASE(is_overdue_from_the_last_answer_on, fixture) {
  BOOST_TEST(!uut.overdue(now + 1h, 5s));
  const auto first = add(1);
  add(1);
  BOOST_TEST(!uut.overdue(now + 4s, 5s));
  BOOST_TEST(uut.overdue(now + 5s, 5s));
  now += 4s;
  end(first);
  BOOST_TEST(!uut.overdue(now + 4s, 5s));
  uut.progress(now + 4s);
  BOOST_TEST(!uut.overdue(now + 8s, 5s));
  BOOST_TEST(uut.overdue(now + 9s, 5s));
}

BOOST_FIXTURE_TEST_CASE(nobody_is_refused_who_did_not_ask, fixture) {
  add(1);
  BOOST_TEST(uut.refuse([](const client_actor&, ticket) {}) == 0U);
  BOOST_TEST(uut.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(agrees_with_a_list, fixture) {
  const auto seed = test::seed();
  test::dice dice{seed};
  std::deque<std::pair<uint64_t, bool>> puts;
  std::deque<uint64_t> moves;
  for (int i = 0; i < 2000; ++i) {
    // Of those that are under way, the one with the lowest id is next.
    const auto put_first
      = moves.empty() || (!puts.empty() && puts.front().first < moves.front());
    switch (dice.below(4)) {
      case 0:
        moves.push_back(uut.move());
        break;
      case 1:
        if (put_first && !puts.empty()) {
          const auto [id, held] = puts.front();
          puts.pop_front();
          BOOST_TEST_REQUIRE(!uut.moved(id, now));
          BOOST_TEST_REQUIRE((end(id, held) == std::vector{id}),
                             "seed " << seed);
        } else if (!moves.empty()) {
          BOOST_TEST_REQUIRE(uut.moved(moves.front(), now), "seed " << seed);
          moves.pop_front();
        }
        break;
      default: {
        const auto held = dice.one_in(2);
        puts.emplace_back(add(dice.below(100), held, dice.below(4)), held);
      }
    }
    BOOST_TEST_REQUIRE(uut.invariant(), "seed " << seed);
    BOOST_TEST_REQUIRE(uut.size() == puts.size());
    BOOST_TEST_REQUIRE(uut.moving() == moves.size());
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq
