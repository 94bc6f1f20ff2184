#include "actors/queue/channel_queue.hpp"

#include "test/support/messages.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <limits>

using namespace std::chrono_literals;

namespace cafq::queue {

namespace {

using test::from_to;
using test::numbered;

using numbers = std::vector<uint64_t>;

constexpr auto unlimited = std::numeric_limits<size_t>::max();
constexpr auto grain = deadline_index::granularity;

/// Two consumers.
constexpr consumer_id ann = 1;
constexpr consumer_id bob = 2;

/// A queue at a time that is a multiple of the granularity, as are the
/// timeouts: so deadlines are exact.
struct fixture {
  std::vector<run> take_runs(consumer_id to, size_t most = unlimited,
                             size_t most_bytes = unlimited) {
    std::vector<run> result;
    uut.take({to, timeout, {}}, most, most_bytes, now, result);
    return result;
  }

  numbers
  take(consumer_id to, size_t most = unlimited, size_t most_bytes = unlimited) {
    return test::numbers_of(take_runs(to, most, most_bytes));
  }

  /// Returns the owners of what timed out.
  std::vector<consumer_id> advance(duration by) {
    now += by;
    std::vector<consumer_id> result;
    uut.expire(now, result);
    return result;
  }

  static constexpr auto timeout = 1000 * grain;

  channel_queue uut;
  time_point now = time_point{} + 1'000'000 * grain;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(channel_queue_tests, fixture)

// -- put and take -------------------------------------------------------------

BOOST_AUTO_TEST_CASE(is_empty_at_first) {
  BOOST_TEST(uut.depth() == 0u);
  BOOST_TEST(uut.unread() == 0u);
  BOOST_TEST(uut.in_flight() == 0u);
  BOOST_TEST(uut.deferred() == 0u);
  BOOST_TEST(!uut.next_deadline().has_value());
  BOOST_TEST(take(ann).empty());
}

BOOST_AUTO_TEST_CASE(takes_in_publish_order) {
  uut.put(numbered(1, 3));
  uut.put(numbered(4));
  uut.put(numbered(5, 256));
  BOOST_TEST(take(ann) == from_to(1, 260));
}

BOOST_AUTO_TEST_CASE(takes_on_where_it_stopped) {
  uut.put(numbered(1, 5));
  uut.put(numbered(6, 2));
  BOOST_TEST(take(ann, 2) == from_to(1, 2));
  BOOST_TEST(take(bob, 1) == from_to(3, 3));
  BOOST_TEST(take(ann, 10) == from_to(4, 7));
}

BOOST_AUTO_TEST_CASE(numbers_may_have_gaps) {
  uut.put(numbered(1));
  uut.put(numbered(1000, 2));
  BOOST_TEST(take(ann) == (numbers{1, 1000, 1001}));
  BOOST_TEST(uut.finish(2, ann) == settled::not_in_flight);
  BOOST_TEST(uut.finish(999, ann) == settled::not_in_flight);
  BOOST_TEST(uut.finish(1000, ann) == settled::ok);
}

BOOST_AUTO_TEST_CASE(neighbours_travel_as_one_run) {
  uut.put(numbered(1, 5));
  const auto runs = take_runs(ann, 3);
  BOOST_TEST_REQUIRE(runs.size() == 1u);
  BOOST_TEST(runs[0].first == 0u);
  BOOST_TEST(runs[0].count == 3u);
  BOOST_TEST(runs[0].attempts == 1u);
  BOOST_TEST(runs[0].body->body(2) == "3");
}

BOOST_AUTO_TEST_CASE(different_attempts_are_different_runs) {
  uut.put(numbered(1, 2));
  take(ann, 1);
  uut.requeue(1, ann, 0s, now);
  const auto runs = take_runs(ann);
  BOOST_TEST_REQUIRE(runs.size() == 2u);
  BOOST_TEST(runs[0].attempts == 2u);
  BOOST_TEST(runs[1].attempts == 1u);
}

BOOST_AUTO_TEST_CASE(take_appends_to_what_is_there) {
  uut.put(numbered(1, 2));
  std::vector<run> out;
  uut.take({ann, timeout, {}}, 1, unlimited, now, out);
  uut.take({ann, timeout, {}}, 1, unlimited, now, out);
  BOOST_TEST(test::numbers_of(out) == from_to(1, 2));
}

BOOST_AUTO_TEST_CASE(take_stops_at_the_byte_limit) {
  uut.put(test::block_of(1, {"1234", "1234", "1234", "1234"}));
  // The one that reaches the limit still leaves.
  BOOST_TEST(take(ann, unlimited, 5) == from_to(1, 2));
  BOOST_TEST(take(ann, unlimited, 4) == from_to(3, 3));
}

BOOST_AUTO_TEST_CASE(one_message_fits_however_large_it_is) {
  uut.put(test::block_of(1, {std::string(100'000, 'x'), "y"}));
  BOOST_TEST(take(ann, unlimited, 1) == from_to(1, 1));
}

BOOST_AUTO_TEST_CASE(take_tells_how_much_it_took) {
  uut.put(test::block_of(1, {"1", "22", "333"}));
  std::vector<run> out;
  const auto got = uut.take({ann, timeout, {}}, 2, unlimited, now, out);
  BOOST_TEST(got.messages == 2u);
  BOOST_TEST(got.bytes == 3u);
}

BOOST_AUTO_TEST_CASE(nobody_gets_a_message_in_flight) {
  uut.put(numbered(1, 3));
  take(ann);
  BOOST_TEST(take(bob).empty());
  BOOST_TEST(uut.depth() == 0u);
  BOOST_TEST(uut.in_flight() == 3u);
}

BOOST_AUTO_TEST_CASE(keep_decides_on_each_message) {
  uut.put(numbered(1, 10));
  int asked = 0;
  std::vector<run> out;
  const auto got = uut.take({ann, timeout,
                             [&asked] {
                               return ++asked % 3 == 0;
                             }},
                            2, unlimited, now, out);
  BOOST_TEST(test::numbers_of(out) == (numbers{3, 6}));
  BOOST_TEST(got.messages == 2u);
  BOOST_TEST(got.bytes == 2u);
  BOOST_TEST(uut.in_flight() == 2u);
  BOOST_TEST(uut.depth() == 4u);
  BOOST_TEST(uut.finish(1, ann) == settled::not_in_flight);
}

BOOST_AUTO_TEST_CASE(what_is_not_kept_is_gone_for_good) {
  const auto before = block::bytes_in_memory();
  uut.put(numbered(1, 256));
  std::vector<run> out;
  const auto got = uut.take({ann, timeout,
                             [] {
                               return false;
                             }},
                            unlimited, unlimited, now, out);
  BOOST_TEST(got.messages == 0u);
  BOOST_TEST(out.empty());
  BOOST_TEST(uut.depth() == 0u);
  BOOST_TEST(uut.in_flight() == 0u);
  BOOST_TEST(block::bytes_in_memory() == before);
}

BOOST_AUTO_TEST_CASE(keep_is_asked_again_for_a_redelivery) {
  uut.put(numbered(1));
  take(ann);
  uut.requeue(1, ann, 0s, now);
  std::vector<run> out;
  uut.take({bob, timeout,
            [] {
              return false;
            }},
           1, unlimited, now, out);
  BOOST_TEST(out.empty());
  BOOST_TEST(uut.depth() == 0u);
}

// -- finish -------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_finished_message_is_gone) {
  uut.put(numbered(1, 2));
  take(ann);
  BOOST_TEST(uut.finish(1, ann) == settled::ok);
  BOOST_TEST(uut.in_flight() == 1u);
  BOOST_TEST(advance(timeout + grain).size() == 1u);
  BOOST_TEST(take(ann) == from_to(2, 2));
}

BOOST_AUTO_TEST_CASE(finishes_in_any_order) {
  uut.put(numbered(1, 3));
  uut.put(numbered(4, 3));
  take(ann);
  for (auto n : {5, 1, 6, 3, 2, 4})
    BOOST_TEST(uut.finish(static_cast<uint64_t>(n), ann) == settled::ok);
  BOOST_TEST(uut.in_flight() == 0u);
  BOOST_TEST(!uut.next_deadline().has_value());
}

BOOST_AUTO_TEST_CASE(finishes_once) {
  uut.put(numbered(1, 2));
  take(ann);
  BOOST_TEST(uut.finish(1, ann) == settled::ok);
  BOOST_TEST(uut.finish(1, ann) == settled::not_in_flight);
  // The last of a block as well.
  BOOST_TEST(uut.finish(2, ann) == settled::ok);
  BOOST_TEST(uut.finish(2, ann) == settled::not_in_flight);
}

BOOST_AUTO_TEST_CASE(a_ready_message_cannot_be_settled) {
  uut.put(numbered(1, 2));
  take(ann, 1);
  BOOST_TEST(uut.finish(2, ann) == settled::not_in_flight);
  BOOST_TEST(uut.requeue(2, ann, 0s, now) == settled::not_in_flight);
  BOOST_TEST(uut.touch(2, ann, timeout, timeout, now)
             == settled::not_in_flight);
  BOOST_TEST(take(ann) == from_to(2, 2));
}

BOOST_AUTO_TEST_CASE(an_unknown_message_cannot_be_settled) {
  BOOST_TEST(uut.finish(0, ann) == settled::not_in_flight);
  uut.put(numbered(5));
  take(ann);
  for (uint64_t n : {uint64_t{0}, uint64_t{4}, uint64_t{6}, ~uint64_t{0}}) {
    BOOST_TEST(uut.finish(n, ann) == settled::not_in_flight);
    BOOST_TEST(uut.requeue(n, ann, 0s, now) == settled::not_in_flight);
    BOOST_TEST(uut.touch(n, ann, timeout, timeout, now)
               == settled::not_in_flight);
  }
}

BOOST_AUTO_TEST_CASE(only_its_owner_settles_a_message) {
  uut.put(numbered(1));
  take(ann);
  BOOST_TEST(uut.finish(1, bob) == settled::not_owner);
  BOOST_TEST(uut.requeue(1, bob, 0s, now) == settled::not_owner);
  BOOST_TEST(uut.touch(1, bob, timeout, timeout, now) == settled::not_owner);
  BOOST_TEST(uut.in_flight() == 1u);
  BOOST_TEST(uut.finish(1, ann) == settled::ok);
}

BOOST_AUTO_TEST_CASE(a_late_finish_of_the_last_owner_fails) {
  uut.put(numbered(1));
  take(ann);
  advance(timeout);
  BOOST_TEST(uut.finish(1, ann) == settled::not_in_flight);
  take(bob);
  BOOST_TEST(uut.finish(1, ann) == settled::not_owner);
  BOOST_TEST(uut.finish(1, bob) == settled::ok);
}

BOOST_AUTO_TEST_CASE(a_finished_block_leaves_memory) {
  const auto before = block::bytes_in_memory();
  uut.put(numbered(1, 3));
  take(ann);
  uut.finish(1, ann);
  uut.finish(3, ann);
  BOOST_TEST(block::bytes_in_memory() > before);
  uut.finish(2, ann);
  BOOST_TEST(block::bytes_in_memory() == before);
}

// -- requeue ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_requeued_message_is_ready_at_once) {
  uut.put(numbered(1));
  take(ann);
  BOOST_TEST(uut.requeue(1, ann, 0s, now) == settled::ok);
  BOOST_TEST(uut.depth() == 1u);
  BOOST_TEST(uut.unread() == 0u);
  BOOST_TEST(uut.in_flight() == 0u);
  BOOST_TEST(!uut.next_deadline().has_value());
  const auto runs = take_runs(bob);
  BOOST_TEST_REQUIRE(runs.size() == 1u);
  BOOST_TEST(runs[0].attempts == 2u);
}

BOOST_AUTO_TEST_CASE(a_negative_delay_is_none) {
  uut.put(numbered(1));
  take(ann);
  BOOST_TEST(uut.requeue(1, ann, -1s, now) == settled::ok);
  BOOST_TEST(take(ann) == from_to(1, 1));
}

BOOST_AUTO_TEST_CASE(requeued_and_new_messages_take_turns) {
  uut.put(numbered(1, 8));
  take(ann, 4);
  for (auto n : from_to(1, 4))
    uut.requeue(n, ann, 0s, now);
  BOOST_TEST(take(ann) == (numbers{1, 5, 2, 6, 3, 7, 4, 8}));
}

BOOST_AUTO_TEST_CASE(turns_go_on_from_take_to_take) {
  uut.put(numbered(1, 6));
  take(ann, 3);
  for (auto n : from_to(1, 3))
    uut.requeue(n, ann, 0s, now);
  numbers got;
  for (int i = 0; i < 6; ++i)
    got.push_back(take(ann, 1).at(0));
  BOOST_TEST(got == (numbers{1, 4, 2, 5, 3, 6}));
}

BOOST_AUTO_TEST_CASE(one_poison_message_does_not_stop_the_others) {
  uut.put(numbered(1, 10));
  numbers got;
  for (int i = 0; i < 19; ++i) {
    const auto n = take(ann, 1).at(0);
    got.push_back(n);
    if (n == 1)
      uut.requeue(1, ann, 0s, now);
    else
      uut.finish(n, ann);
  }
  const numbers expected{1, 1, 2, 1, 3, 1, 4, 1, 5, 1,
                         6, 1, 7, 1, 8, 1, 9, 1, 10};
  BOOST_TEST(got == expected);
}

BOOST_AUTO_TEST_CASE(what_came_back_first_is_taken_first) {
  uut.put(numbered(1, 4));
  take(ann);
  for (uint64_t n : {3U, 1U, 4U, 2U})
    uut.requeue(n, ann, 0s, now);
  BOOST_TEST(take(ann) == (numbers{3, 1, 4, 2}));
}

BOOST_AUTO_TEST_CASE(attempts_count_every_delivery) {
  uut.put(numbered(1));
  for (uint16_t i = 1; i <= 10; ++i) {
    const auto runs = take_runs(ann);
    BOOST_TEST_REQUIRE(runs.size() == 1u);
    BOOST_TEST(runs[0].attempts == i);
    uut.requeue(1, ann, 0s, now);
  }
}

BOOST_AUTO_TEST_CASE(attempts_wrap_like_those_of_nsqd) {
  uut.put(numbered(1));
  uint16_t last = 0;
  for (int i = 1; i <= 65535; ++i) {
    last = take_runs(ann).at(0).attempts;
    uut.requeue(1, ann, 0s, now);
  }
  BOOST_TEST(last == 65535u);
  BOOST_TEST(take_runs(ann).at(0).attempts == 0u);
}

// -- deferred -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_delayed_requeue_waits) {
  uut.put(numbered(1, 3));
  take(ann);
  BOOST_TEST(uut.requeue(2, ann, 10s, now) == settled::ok);
  BOOST_TEST(uut.deferred() == 1u);
  BOOST_TEST(uut.in_flight() == 2u);
  BOOST_TEST(uut.depth() == 0u);
  uut.finish(1, ann);
  uut.finish(3, ann);
  BOOST_TEST((uut.next_deadline() == now + 10s));
  advance(10s - 1ns);
  BOOST_TEST(take(bob).empty());
  BOOST_TEST(advance(1ns).empty());
  const auto runs = take_runs(bob);
  BOOST_TEST_REQUIRE(runs.size() == 1u);
  BOOST_TEST(runs[0].attempts == 2u);
  BOOST_TEST(runs[0].body->first_number() == 2u);
  BOOST_TEST(runs[0].body->body(0) == "2");
  BOOST_TEST(runs[0].body->timestamp_ns(0) == test::some_timestamp);
}

BOOST_AUTO_TEST_CASE(a_deferred_message_cannot_be_settled) {
  uut.put(numbered(1, 2));
  take(ann);
  uut.requeue(1, ann, 10s, now);
  BOOST_TEST(uut.finish(1, ann) == settled::not_in_flight);
  BOOST_TEST(uut.requeue(1, ann, 0s, now) == settled::not_in_flight);
  BOOST_TEST(uut.touch(1, ann, timeout, timeout, now)
             == settled::not_in_flight);
  BOOST_TEST(uut.deferred() == 1u);
}

BOOST_AUTO_TEST_CASE(a_message_that_was_deferred_lives_on_like_any_other) {
  uut.put(numbered(1, 3));
  take(ann);
  for (int i = 0; i < 5; ++i) {
    BOOST_TEST(uut.requeue(2, ann, 1s, now) == settled::ok);
    // Far less than the timeout of the two others.
    now += 1s;
    std::vector<consumer_id> timed_out;
    uut.expire(now, timed_out);
    BOOST_TEST(timed_out.empty());
    BOOST_TEST_REQUIRE(take(ann) == from_to(2, 2));
    if (i == 1) {
      BOOST_TEST(uut.requeue(2, ann, 0s, now) == settled::ok);
      BOOST_TEST_REQUIRE(take(ann) == from_to(2, 2));
    }
    // Do not let the others time out.
    uut.touch(1, ann, timeout, 1h, now);
    uut.touch(3, ann, timeout, 1h, now);
  }
  // Numbers around it still lead to the others.
  BOOST_TEST(uut.finish(1, ann) == settled::ok);
  BOOST_TEST(uut.finish(2, ann) == settled::ok);
  BOOST_TEST(uut.finish(3, ann) == settled::ok);
  BOOST_TEST(uut.finish(2, ann) == settled::not_in_flight);
  BOOST_TEST(uut.in_flight() == 0u);
}

BOOST_AUTO_TEST_CASE(a_deferred_message_does_not_hold_its_block) {
  const auto before = block::bytes_in_memory();
  uut.put(test::block_of(1, {std::string(60'000, 'x'), "2"}));
  take(ann);
  uut.requeue(2, ann, 10s, now);
  uut.finish(1, ann);
  BOOST_TEST(block::bytes_in_memory() - before < 1000u);
}

BOOST_AUTO_TEST_CASE(deferred_messages_come_in_the_order_of_their_due_times) {
  uut.defer(numbered(1), now + 3s);
  uut.defer(numbered(2), now + 1s);
  uut.defer(numbered(3), now + 2s);
  BOOST_TEST((uut.next_deadline() == now + 1s));
  advance(3s);
  BOOST_TEST(take(ann) == (numbers{2, 3, 1}));
}

BOOST_AUTO_TEST_CASE(equal_due_times_keep_publish_order) {
  for (auto n : from_to(1, 100))
    uut.defer(numbered(n), now + 1s);
  advance(1s);
  BOOST_TEST(take(ann) == from_to(1, 100));
}

BOOST_AUTO_TEST_CASE(a_deferred_publish_has_no_attempts_yet) {
  uut.defer(numbered(1), now + 1s);
  BOOST_TEST(uut.deferred() == 1u);
  BOOST_TEST(uut.unread() == 0u);
  BOOST_TEST(uut.totals().messages == 1u);
  BOOST_TEST(uut.totals().requeued == 0u);
  advance(1s);
  BOOST_TEST(uut.deferred() == 0u);
  BOOST_TEST(uut.depth() == 1u);
  BOOST_TEST(take_runs(ann).at(0).attempts == 1u);
}

// -- timeouts and touch -------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_message_times_out_not_before_its_deadline) {
  uut.put(numbered(1));
  take(ann);
  BOOST_TEST((uut.next_deadline() == now + timeout));
  BOOST_TEST(advance(timeout - 1ns).empty());
  BOOST_TEST(uut.in_flight() == 1u);
  BOOST_TEST(advance(1ns) == (std::vector<consumer_id>{ann}));
  BOOST_TEST(uut.in_flight() == 0u);
  BOOST_TEST(uut.depth() == 1u);
  BOOST_TEST(take_runs(bob).at(0).attempts == 2u);
}

BOOST_AUTO_TEST_CASE(a_message_times_out_at_most_one_granularity_late) {
  now += 1ns;
  uut.put(numbered(1));
  take(ann);
  BOOST_TEST(advance(timeout - 1ns).empty());
  BOOST_TEST(advance(grain).size() == 1u);
}

BOOST_AUTO_TEST_CASE(tells_the_owner_of_each_message_that_timed_out) {
  uut.put(numbered(1, 3));
  take(ann, 1);
  take(bob, 1);
  take(ann, 1);
  BOOST_TEST(advance(timeout) == (std::vector<consumer_id>{ann, bob, ann}));
}

BOOST_AUTO_TEST_CASE(touch_gives_another_timeout) {
  uut.put(numbered(1));
  take(ann);
  advance(timeout / 2);
  BOOST_TEST(uut.touch(1, ann, timeout, 10 * timeout, now) == settled::ok);
  BOOST_TEST(advance(timeout - 1ns).empty());
  BOOST_TEST(advance(1ns).size() == 1u);
}

BOOST_AUTO_TEST_CASE(touch_may_also_shorten) {
  uut.put(numbered(1));
  take(ann);
  BOOST_TEST(uut.touch(1, ann, timeout / 10, 10 * timeout, now) == settled::ok);
  BOOST_TEST(advance(timeout / 10).size() == 1u);
}

BOOST_AUTO_TEST_CASE(touch_ends_at_the_maximum_behind_the_delivery) {
  uut.put(numbered(1));
  take(ann);
  const auto delivered = now;
  for (int i = 0; i < 5; ++i) {
    advance(timeout / 2);
    BOOST_TEST(uut.touch(1, ann, timeout, 3 * timeout, now) == settled::ok);
  }
  // 2.5 timeouts have passed.
  BOOST_TEST((uut.next_deadline() == delivered + 3 * timeout));
  BOOST_TEST(advance(timeout / 2 - 1ns).empty());
  BOOST_TEST(advance(1ns).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_redelivery_has_its_own_maximum) {
  uut.put(numbered(1));
  take(ann);
  advance(timeout);
  take(ann);
  const auto delivered = now;
  uut.touch(1, ann, 10 * timeout, 3 * timeout, now);
  BOOST_TEST((uut.next_deadline() == delivered + 3 * timeout));
}

BOOST_AUTO_TEST_CASE(the_next_deadline_is_the_earliest_of_both_kinds) {
  uut.put(numbered(1));
  take(ann);
  uut.defer(numbered(2), now + timeout + 1s);
  BOOST_TEST((uut.next_deadline() == now + timeout));
  uut.defer(numbered(3), now + 1ms);
  BOOST_TEST((uut.next_deadline() == now + 1ms));
}

// -- clear and counters -------------------------------------------------------

BOOST_AUTO_TEST_CASE(clear_discards_everything) {
  const auto before = block::bytes_in_memory();
  uut.put(numbered(1, 10));
  uut.put(numbered(11, 10));
  uut.defer(numbered(21), now + 1s);
  take(ann, 5);
  uut.requeue(1, ann, 0s, now);
  uut.requeue(2, ann, 1s, now);
  uut.clear();
  BOOST_TEST(uut.depth() == 0u);
  BOOST_TEST(uut.unread() == 0u);
  BOOST_TEST(uut.in_flight() == 0u);
  BOOST_TEST(uut.deferred() == 0u);
  BOOST_TEST(!uut.next_deadline().has_value());
  BOOST_TEST(uut.finish(3, ann) == settled::not_in_flight);
  BOOST_TEST(take(ann).empty());
  BOOST_TEST(advance(1h).empty());
  BOOST_TEST(block::bytes_in_memory() == before);
}

BOOST_AUTO_TEST_CASE(a_cleared_queue_goes_on) {
  uut.put(numbered(1, 10));
  take(ann, 5);
  uut.clear();
  uut.put(numbered(11, 2));
  BOOST_TEST(take(ann) == from_to(11, 12));
}

BOOST_AUTO_TEST_CASE(counts_what_happened) {
  uut.put(numbered(1, 3));
  uut.defer(numbered(4), now + 1h);
  take(ann);
  uut.requeue(1, ann, 0s, now);
  uut.requeue(2, ann, 1s, now);
  uut.finish(9, ann);
  uut.requeue(9, ann, 0s, now);
  advance(timeout);
  BOOST_TEST(uut.totals().messages == 4u);
  BOOST_TEST(uut.totals().requeued == 2u);
  BOOST_TEST(uut.totals().timed_out == 1u);
}

BOOST_AUTO_TEST_CASE(counters_outlive_a_clear) {
  uut.put(numbered(1, 3));
  take(ann);
  uut.requeue(1, ann, 0s, now);
  uut.clear();
  BOOST_TEST(uut.totals().messages == 3u);
  BOOST_TEST(uut.totals().requeued == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::queue
