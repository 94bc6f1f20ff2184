#include "test/queue/one_queue.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;

namespace cafq::queue {

using test::from_to;
using test::numbered;

BOOST_FIXTURE_TEST_SUITE(channel_queue_time_tests, one_queue)

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

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::queue
