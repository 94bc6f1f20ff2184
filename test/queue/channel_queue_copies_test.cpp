// What a queue in mode `interval` gives to the store without letting go of it.

#include "actors/queue/channel_queue.hpp"
#include "test/support/messages.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>

using namespace std::chrono_literals;

namespace cafq::queue {

namespace {

using test::from_to;
using test::numbered;

using numbers = std::vector<uint64_t>;

struct fixture {
  numbers take(size_t most) {
    std::vector<run> result;
    uut.take({1, 60s, {}}, most, SIZE_MAX, now, result);
    return test::numbers_of(result);
  }

  /// What happens at each half of an interval.
  store_orders tick() {
    now += 50ms;
    uut.flush();
    uut.keep_copies(now);
    return uut.take_orders();
  }

  static numbers kept(const store_orders& x) {
    numbers result;
    for (const auto& y : x.keep)
      for (size_t i = 0; i < y.body->count(); ++i)
        if (!y.progress.finished[i])
          result.push_back(y.body->number(i));
    return result;
  }

  channel_queue uut;
  time_point now = time_point{} + 1h;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(channel_queue_copies_tests, fixture)

BOOST_AUTO_TEST_CASE(keeps_what_was_there_at_the_last_tick) {
  uut.put(numbered(1, 3));
  BOOST_TEST(tick().empty());
  uut.put(numbered(4, 2));
  BOOST_TEST(kept(tick()) == from_to(1, 3));
  BOOST_TEST(kept(tick()) == from_to(4, 5));
  BOOST_TEST(tick().empty());
  BOOST_TEST(take(9) == from_to(1, 5));
}

BOOST_AUTO_TEST_CASE(never_keeps_what_is_finished_sooner) {
  for (uint64_t n = 1; n < 20; n += 2) {
    uut.put(numbered(n, 2));
    BOOST_TEST((take(2) == from_to(n, n + 1)));
    BOOST_TEST(tick().empty());
    uut.finish(n, 1);
    uut.finish(n + 1, 1);
  }
  BOOST_TEST(tick().empty());
  BOOST_TEST(!uut.has_unkept());
}

BOOST_AUTO_TEST_CASE(asks_for_no_tick_when_all_is_kept) {
  BOOST_TEST(!uut.has_unkept());
  uut.put(numbered(1));
  BOOST_TEST(uut.has_unkept());
  take(1);
  BOOST_TEST(uut.has_unkept());
  tick();
  BOOST_TEST(uut.has_unkept());
  tick();
  BOOST_TEST(!uut.has_unkept());
  BOOST_TEST(uut.in_flight() == 1U);
}

BOOST_AUTO_TEST_CASE(packs_small_blocks_and_goes_on_with_those) {
  for (uint64_t n = 1; n <= 600; ++n)
    uut.put(numbered(n));
  tick();
  const auto x = tick();
  BOOST_TEST_REQUIRE(x.keep.size() == 3U);
  BOOST_TEST(kept(x) == from_to(1, 600));
  BOOST_TEST(x.unplaced == 0U);
  BOOST_TEST(uut.depth() == 600U);
  BOOST_TEST(take(256) == from_to(1, 256));
  for (uint64_t n = 1; n <= 256; ++n)
    uut.finish(n, 1);
  const auto y = tick();
  BOOST_TEST_REQUIRE(y.done.size() == 1U);
  BOOST_TEST(y.done[0] == 1U);
}

BOOST_AUTO_TEST_CASE(keeps_what_is_left_in_flight_with_its_attempts) {
  uut.put(numbered(1, 4));
  take(3);
  uut.finish(2, 1);
  uut.requeue(3, 1, {}, now);
  tick();
  const auto x = tick();
  BOOST_TEST_REQUIRE(x.keep.size() == 1U);
  BOOST_TEST(kept(x) == (numbers{1, 3, 4}));
  const decltype(block_progress::attempts) attempts{{0, 1}, {2, 1}};
  BOOST_TEST((x.keep[0].progress.attempts == attempts));
  // From now on only what changes.
  uut.finish(1, 1);
  const auto y = tick();
  BOOST_TEST(y.keep.empty());
  BOOST_TEST_REQUIRE(y.progress.size() == 1U);
  BOOST_TEST(y.progress[0].second.finished.count() == 2U);
}

BOOST_AUTO_TEST_CASE(keeps_deferred_messages_and_forgets_them_when_finished) {
  uut.defer(numbered(1), now + 10s);
  uut.defer(numbered(2), now + 80ms);
  tick();
  const auto x = tick();
  BOOST_TEST_REQUIRE(x.defer.size() == 2U);
  BOOST_TEST(x.unplaced == 0U);
  BOOST_TEST(uut.deferred() == 2U);
  std::vector<consumer_id> timed_out;
  uut.expire(now, timed_out);
  BOOST_TEST(take(9) == numbers{2});
  BOOST_TEST(tick().defer.size() == 1U); // its attempts
  uut.finish(2, 1);
  const auto y = tick();
  BOOST_TEST_REQUIRE(y.undefer.size() == 1U);
  BOOST_TEST(y.undefer[0].number == 2U);
  BOOST_TEST(uut.deferred() == 1U);
}

BOOST_AUTO_TEST_CASE(keeps_a_message_whose_time_came_before_the_tick) {
  uut.defer(numbered(1), now + 10ms);
  tick();
  std::vector<consumer_id> timed_out;
  uut.expire(now, timed_out);
  BOOST_TEST(take(1) == numbers{1});
  const auto x = tick();
  BOOST_TEST_REQUIRE(x.defer.size() == 1U);
  BOOST_TEST(x.defer[0].body->attempts(0) == 1U);
  uut.finish(1, 1);
  BOOST_TEST(tick().undefer.size() == 1U);
}

BOOST_AUTO_TEST_CASE(does_not_read_back_a_copy_of_what_was_due) {
  uut.defer(numbered(1), now + 10ms);
  uut.defer(numbered(2), now + 10s);
  tick();
  std::vector<consumer_id> timed_out;
  uut.expire(now, timed_out);
  BOOST_TEST(take(1) == numbers{1});
  auto rows = tick().defer;
  BOOST_TEST_REQUIRE(rows.size() == 2U);
  std::sort(rows.begin(), rows.end(),
            [](const auto& x, const auto& y) { return x.key() < y.key(); });
  BOOST_TEST(rows[0].body->first_number() == 1U);
  now += 9s;
  const auto wanted = uut.wanted_deferred(now);
  BOOST_TEST_REQUIRE(wanted.has_value());
  BOOST_TEST((rows[0].key() > wanted->after)); // so the store has it in there
  uut.loaded({rows, {}});
  BOOST_TEST(uut.in_flight() == 1U);
  BOOST_TEST(uut.deferred() == 1U);
  now += 2s;
  uut.expire(now, timed_out);
  BOOST_TEST(timed_out.empty());
  BOOST_TEST(take(9) == numbers{2});
  uut.finish(1, 1);
  uut.finish(2, 1);
  BOOST_TEST(tick().undefer.size() == 2U);
}

BOOST_AUTO_TEST_CASE(does_not_read_back_what_memory_still_has) {
  channel_queue small{4};
  small.put(numbered(1, 4));
  small.put(numbered(5, 4));
  small.flush();
  small.keep_copies(now);
  BOOST_TEST(small.take_orders().keep.size() == 1U);
  small.keep_copies(now);
  BOOST_TEST(small.take_orders().keep.size() == 1U);
  std::vector<run> runs;
  small.take({1, 60s, {}}, 4, SIZE_MAX, now, runs);
  const auto wanted = small.wanted_blocks();
  BOOST_TEST_REQUIRE(wanted.has_value());
  BOOST_TEST(wanted->after == 4U);
  BOOST_TEST(wanted->up_to == 8U);
}

// -- what the store has before ------------------------------------------------

BOOST_AUTO_TEST_CASE(takes_what_the_store_has_already) {
  uut.put_stored(numbered(1, 2));
  uut.defer_stored(numbered(3), now + 10s, 1);
  BOOST_TEST(uut.depth() == 2U);
  BOOST_TEST(uut.deferred() == 1U);
  BOOST_TEST(uut.take_orders().empty());
  BOOST_TEST(take(9) == from_to(1, 2));
  uut.finish(1, 1);
  uut.finish(2, 1);
  const auto x = uut.take_orders();
  BOOST_TEST(x.keep.empty());
  BOOST_TEST_REQUIRE(x.done.size() == 1U);
}

BOOST_AUTO_TEST_CASE(leaves_to_the_store_what_memory_has_no_room_for) {
  channel_queue small{4};
  small.put_stored(numbered(1, 4));
  small.put_stored(numbered(5, 4));
  BOOST_TEST(small.full());
  BOOST_TEST(small.backend_depth() == 4U);
  BOOST_TEST(small.take_orders().empty());
  std::vector<run> runs;
  small.take({1, 60s, {}}, 4, SIZE_MAX, now, runs);
  const auto wanted = small.wanted_blocks();
  BOOST_TEST_REQUIRE(wanted.has_value());
  BOOST_TEST(wanted->after == 4U);
  small.loaded({{numbered(5, 4), {}}});
  BOOST_TEST(take(0).empty());
  BOOST_TEST(small.available() == 4U);
}

BOOST_AUTO_TEST_CASE(waits_for_rows_that_are_on_their_way_to_it) {
  const auto ns = (now + 10s).time_since_epoch().count();
  uut.defer_stored(numbered(1), now + 10s, ns);
  now += 9s;
  const auto wanted = uut.wanted_deferred(now);
  BOOST_TEST_REQUIRE(wanted.has_value());
  // The store has one more, of which the queue has not heard.
  uut.loaded({{{ns, numbered(1)}, {ns, numbered(2)}}, {}});
  BOOST_TEST(uut.deferred() == 1U);
  uut.defer_stored(numbered(2), now + 1s, ns);
  BOOST_TEST(uut.deferred() == 2U);
  now += 2s;
  std::vector<consumer_id> timed_out;
  uut.expire(now, timed_out);
  BOOST_TEST(take(9) == from_to(1, 2));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::queue
