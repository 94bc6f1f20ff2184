#include "test/queue/one_queue.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;

namespace cafq::queue {

using test::from_to;
using test::numbered;

BOOST_FIXTURE_TEST_SUITE(channel_queue_settle_tests, one_queue)

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

BOOST_AUTO_TEST_CASE(what_comes_back_stands_behind_what_is_ready) {
  uut.put(numbered(1, 6));
  take(ann, 4);
  for (auto n : from_to(1, 4))
    uut.requeue(n, ann, 0s, now);
  uut.put(numbered(7, 2));
  BOOST_TEST(take(ann) == (numbers{5, 6, 1, 2, 3, 4, 7, 8}));
}

BOOST_AUTO_TEST_CASE(the_line_goes_on_from_take_to_take) {
  uut.put(numbered(1, 6));
  take(ann, 3);
  for (auto n : from_to(1, 3))
    uut.requeue(n, ann, 0s, now);
  numbers got;
  for (int i = 0; i < 6; ++i)
    got.push_back(take(ann, 1).at(0));
  BOOST_TEST(got == (numbers{4, 5, 6, 1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(a_poison_message_waits_for_the_healthy_ones) {
  uut.put(numbered(1, 5));
  numbers got;
  for (int i = 0; i < 7; ++i) {
    const auto n = take(ann, 1).at(0);
    got.push_back(n);
    if (n == 1)
      uut.requeue(1, ann, 0s, now);
    else
      uut.finish(n, ann);
  }
  const numbers expected{1, 2, 3, 4, 5, 1, 1};
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

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::queue
