// What people see who look at single messages: all of them, each once, in
// order, and nothing changes.

#include "actors/queue/channel_queue.hpp"
#include "test/support/messages.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <map>

using namespace std::chrono_literals;

namespace cafq::queue {

namespace {

using test::from_to;
using test::numbered;

using numbers = std::vector<uint64_t>;

/// A queue with a store that keeps what it is given.
struct fixture {
  explicit fixture(size_t memory = SIZE_MAX) : uut(memory) {
    // nop
  }

  void carry_out() {
    uut.flush();
    auto x = uut.take_orders();
    for (auto& y : x.keep)
      blocks[y.body->first_number()] = std::move(y);
    for (const auto& [first, progress] : x.progress)
      blocks.at(first).progress = progress;
    for (auto first : x.done)
      blocks.erase(first);
    for (auto& y : x.defer)
      rows[y.key()] = std::move(y);
    for (const auto& y : x.undefer)
      rows.erase(y);
  }

  /// What a store answers.
  [[nodiscard]] peek_page look(const peek_rest& x) const {
    peek_list result{{x.state, x.after, x.most}};
    result.begin();
    if (x.state == message_state::deferred) {
      for (auto i = rows.upper_bound(x.after); i != rows.end(); ++i) {
        if (!result.wants_more()) {
          result.cut({i->first.due_ns, i->first.number - 1});
          break;
        }
        auto seen = peek_at(i->second.body, 0, i->second.body->attempts(0));
        seen.key = i->first;
        if (std::find(x.without.begin(), x.without.end(), i->first)
            == x.without.end())
          result.look(std::move(seen));
      }
    } else {
      for (auto i = blocks.upper_bound(x.behind); i != blocks.end(); ++i) {
        if (!result.wants_more()) {
          result.cut({0, i->first - 1});
          break;
        }
        queue::look(i->second, true, result);
      }
    }
    return result.take();
  }

  /// Goes through all messages of a state, so many at a time.
  numbers walk(message_state state, size_t most) {
    numbers result;
    peek_request next{state, {}, most};
    for (;;) {
      auto page = uut.peek(next);
      if (page.rest) {
        const auto rest = look(*page.rest);
        page = merge(std::move(page), rest, most);
      }
      BOOST_TEST_REQUIRE(page.messages.size() <= most);
      for (const auto& x : page.messages) {
        BOOST_TEST_REQUIRE((result.empty() || state == message_state::deferred
                            || result.back() < x.key.number));
        result.push_back(x.key.number);
        if (x.body)
          BOOST_TEST_REQUIRE(x.body->body(x.index)
                             == std::to_string(x.key.number));
      }
      if (!page.end)
        return result;
      BOOST_TEST_REQUIRE((*page.end > next.after));
      next.after = *page.end;
    }
  }

  void check(message_state state, const numbers& expected) {
    for (size_t most : {1U, 3U, 1000U})
      BOOST_TEST(walk(state, most) == expected,
                 boost::test_tools::per_element());
  }

  std::vector<run> take(size_t most = SIZE_MAX) {
    std::vector<run> result;
    uut.take({1, 60s, {}}, most, SIZE_MAX, now, result);
    return result;
  }

  channel_queue uut;
  time_point now{};
  std::map<uint64_t, stored_block> blocks;
  std::map<deferred_key, deferred_message> rows;
};

struct small_memory : fixture {
  small_memory() : fixture(4) {
    // nop
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(channel_queue_peek_tests, fixture)

BOOST_AUTO_TEST_CASE(an_empty_queue_shows_nothing) {
  check(message_state::ready, {});
  check(message_state::in_flight, {});
  check(message_state::deferred, {});
}

BOOST_AUTO_TEST_CASE(each_message_is_seen_in_its_state) {
  uut.put(numbered(1, 5));
  uut.put(numbered(6, 3));
  uut.defer(numbered(9), now + 2s);
  uut.defer(numbered(10), now + 1s);
  take(4);
  uut.finish(2, 1);
  uut.requeue(3, 1, 0s, now);
  check(message_state::ready, {3, 5, 6, 7, 8});
  check(message_state::in_flight, {1, 4});
  check(message_state::deferred, {10, 9});
}

BOOST_AUTO_TEST_CASE(says_who_has_a_message_and_how_often_it_came) {
  uut.put(numbered(1, 2));
  take(1);
  const auto page = uut.peek({message_state::in_flight, {}, 10});
  BOOST_TEST_REQUIRE(page.messages.size() == 1U);
  const auto& x = page.messages[0];
  BOOST_TEST(x.holder == 1U);
  BOOST_TEST(x.attempts == 1U);
  BOOST_TEST((x.until >= now + 60s));
  BOOST_TEST(x.size == 1U);
}

BOOST_AUTO_TEST_CASE(one_whose_body_is_not_here_says_where_it_is) {
  uut.put(numbered(1, 2));
  uut.defer(numbered(3), now);
  std::vector<consumer_id> timed_out;
  uut.expire(now, timed_out);
  take();
  uut.shed(now);
  carry_out();
  const auto page = uut.peek({message_state::in_flight, {}, 10});
  BOOST_TEST_REQUIRE(page.messages.size() == 3U);
  BOOST_TEST(!page.messages[0].body);
  BOOST_TEST(page.messages[1].in_block == 1U);
  BOOST_TEST(page.messages[2].in_row.has_value());
  check(message_state::in_flight, {1, 2, 3});
}

BOOST_AUTO_TEST_CASE(nothing_changes_by_looking) {
  uut.put(numbered(1, 10));
  take(5);
  walk(message_state::ready, 2);
  walk(message_state::in_flight, 2);
  BOOST_TEST(uut.invariant());
  BOOST_TEST(uut.depth() == 5U);
  BOOST_TEST(uut.in_flight() == 5U);
  BOOST_TEST(test::numbers_of(take()) == from_to(6, 10));
}

BOOST_FIXTURE_TEST_CASE(a_backlog_on_disk_is_seen_whole, small_memory) {
  for (uint64_t i = 1; i <= 40; ++i)
    uut.put(numbered(i));
  carry_out();
  for (uint64_t i = 41; i <= 43; ++i)
    uut.put(numbered(i)); // these wait for a block to be full
  check(message_state::ready, from_to(1, 43));
  take(3);
  check(message_state::ready, from_to(4, 43));
  uut.requeue(2, 1, 0s, now);
  auto expected = from_to(4, 43);
  expected.insert(expected.begin(), 2);
  check(message_state::ready, expected);
}

BOOST_FIXTURE_TEST_CASE(deferred_messages_on_disk_come_in_due_order,
                        small_memory) {
  for (uint64_t i = 1; i <= 20; ++i)
    uut.defer(numbered(i), now + std::chrono::seconds{100 - i});
  carry_out();
  auto expected = from_to(1, 20);
  std::reverse(expected.begin(), expected.end());
  check(message_state::deferred, expected);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::queue
