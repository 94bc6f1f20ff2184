#include "test/queue/one_queue.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;

namespace cafq::queue {

using test::from_to;
using test::numbered;

BOOST_FIXTURE_TEST_SUITE(channel_queue_tests, one_queue)

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
  BOOST_TEST(runs[0].attempts == 1u);
  BOOST_TEST(runs[1].attempts == 2u);
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
