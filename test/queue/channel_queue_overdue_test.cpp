// Deferred messages whose time comes while nobody takes them.

#include "actors/queue/channel_queue.hpp"
#include "test/support/messages.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <map>

using namespace std::chrono_literals;

namespace cafq::queue {

namespace {

using test::numbered;

constexpr uint64_t many = 3000;
constexpr size_t memory = 600;

/// A queue and the rows the store has of it.
struct fixture {
  /// Does what an actor does at a tick.
  void tick() {
    for (;;) {
      carry_out();
      const auto x = uut.wanted_deferred(now);
      if (!x)
        break;
      ++reads;
      due_rows answer;
      size_t bytes = 0;
      auto i = rows.upper_bound(x->after);
      for (; i != rows.end() && i->first.due_ns <= x->until_ns
             && answer.rows.size() < x->max_messages && bytes < x->max_bytes;
           ++i) {
        bytes += i->second->bytes();
        answer.rows.push_back({i->first.due_ns, i->second});
      }
      if (i != rows.end())
        answer.next_ns = i->first.due_ns;
      next_ns = answer.next_ns;
      uut.loaded(answer);
      expire();
    }
  }

  void carry_out() {
    const auto x = uut.take_orders();
    for (const auto& y : x.defer)
      rows.insert_or_assign(y.key(), block::extract(*y.body, 0));
    for (const auto& key : x.undefer)
      rows.erase(key);
  }

  void expire() {
    std::vector<consumer_id> timed_out;
    uut.expire(now, timed_out);
  }

  /// Returns when the first message that was not read is due.
  [[nodiscard]] time_point first_left() const {
    return time_point{duration{next_ns.value()}};
  }

  /// Returns about how many single messages the queue has in memory.
  [[nodiscard]] size_t held() const {
    const auto all = block::bytes_in_memory();
    const auto one = numbered(many);
    return (all - before) / (block::bytes_in_memory() - all) - rows.size();
  }

  size_t before = block::bytes_in_memory();
  channel_queue uut{memory};
  time_point now = time_point{} + 1h;
  std::map<deferred_key, block_ptr> rows;
  size_t reads = 0;
  std::optional<int64_t> next_ns;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(channel_queue_overdue_tests, fixture)

BOOST_AUTO_TEST_CASE(what_is_overdue_does_not_fill_the_memory) {
  for (uint64_t n = 1; n <= many; ++n)
    uut.defer(numbered(n), now + 1s + std::chrono::milliseconds{n});
  carry_out();
  BOOST_TEST(rows.size() == many - memory);
  for (int i = 0; i < 100; ++i) {
    now += 100ms;
    expire();
    tick();
  }
  // All of them are due. Nobody takes them, so there is nothing to do.
  BOOST_TEST(!uut.next_deadline().has_value());
  BOOST_TEST(uut.depth() == memory);
  BOOST_TEST(uut.depth() + uut.deferred() == many);
  BOOST_TEST(held() <= 2 * memory);
  uint64_t expected = 1;
  std::vector<run> runs;
  while (uut.take({1, 60s, {}}, 7, SIZE_MAX, now, runs).messages > 0) {
    for (auto n : test::numbers_of(std::exchange(runs, {}))) {
      BOOST_TEST_REQUIRE(n == expected++);
      BOOST_TEST_REQUIRE(uut.finish(n, 1) == settled::ok);
    }
    BOOST_TEST_REQUIRE(uut.depth() <= memory);
    tick();
  }
  carry_out();
  BOOST_TEST(expected == many + 1);
  BOOST_TEST(uut.deferred() == 0U);
  BOOST_TEST(rows.empty());
}

BOOST_AUTO_TEST_CASE(nor_do_copies_of_what_is_overdue) {
  for (uint64_t n = 1; n <= many; ++n) {
    uut.defer(numbered(n), now + 20ms);
    if (n % 100 > 0)
      continue;
    now += 50ms;
    expire();
    uut.flush();
    uut.keep_copies(now);
    tick();
  }
  BOOST_TEST(uut.depth() + uut.deferred() == many);
  BOOST_TEST(held() <= 3 * memory);
}

BOOST_AUTO_TEST_CASE(what_comes_back_is_not_kept_out_by_it) {
  uut.put(numbered(1));
  std::vector<run> runs;
  uut.take({1, 1s, {}}, 1, SIZE_MAX, now, runs);
  for (uint64_t n = 2; n <= many; ++n)
    uut.defer(numbered(n), now + 500ms);
  now += 600ms;
  expire();
  tick();
  const auto next = uut.next_deadline();
  BOOST_TEST_REQUIRE(next.has_value());
  BOOST_TEST((*next > now)); // the message in flight
  now = *next;
  expire();
  BOOST_TEST(uut.in_flight() == 0U);
}

// -- reading ahead ------------------------------------------------------------

BOOST_AUTO_TEST_CASE(reads_seconds_ahead_and_not_for_every_message) {
  for (uint64_t n = 1; n <= many; ++n)
    uut.defer(numbered(n), now + std::chrono::milliseconds{100 * n}, false);
  const auto end = now + std::chrono::milliseconds{100 * many};
  for (tick(); now < end - 5s; now += 100ms) {
    expire();
    tick();
    BOOST_TEST_REQUIRE((first_left() - now > 2900ms));
    BOOST_TEST_REQUIRE((first_left() - now < 5200ms));
    std::vector<run> runs;
    uut.take({1, 60s, {}}, many, SIZE_MAX, now, runs);
    for (auto n : test::numbers_of(runs))
      BOOST_TEST_REQUIRE(uut.finish(n, 1) == settled::ok);
  }
  BOOST_TEST(reads < 200U);
}

BOOST_AUTO_TEST_CASE(large_messages_are_not_all_read_at_once) {
  const std::string large(size_t{1} << 20U, '.');
  for (uint64_t n = 1; n <= 40; ++n)
    uut.defer(test::block_of(n, {large}), now + std::chrono::milliseconds{n},
              false);
  tick();
  BOOST_TEST((first_left() == now + 17ms));
  now += 10ms;
  expire();
  tick();
  BOOST_TEST((first_left() == now + 17ms));
}

BOOST_AUTO_TEST_CASE(without_memory_to_spare_few_become_ready) {
  channel_queue large;
  for (uint64_t i = 1; i <= 1000; ++i)
    large.defer(test::numbered(i), now + 1s);
  now += 1s;
  std::vector<consumer_id> timed_out;
  large.expire(now, timed_out, false);
  BOOST_TEST(large.depth() == 256U);
  BOOST_TEST(large.deferred() == 744U);
  // Nobody has to look again before some are taken.
  BOOST_TEST(!large.next_deadline().has_value());
  std::vector<run> runs;
  large.take({1, 60s, {}}, 100, SIZE_MAX, now, runs);
  BOOST_TEST(large.depth() == 256U);
  large.expire(now, timed_out, true);
  BOOST_TEST(large.depth() == 900U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::queue
