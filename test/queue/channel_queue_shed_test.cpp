// What a queue gives up when the node needs memory, and how it gets it back.

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
  numbers take(size_t most = SIZE_MAX) {
    std::vector<run> result;
    uut.take({1, 60s, {}}, most, SIZE_MAX, now, result);
    for (const auto& x : result)
      BOOST_TEST_REQUIRE(x.body->body(x.first)
                         == std::to_string(x.body->number(x.first)));
    return test::numbers_of(result);
  }

  void shed() {
    uut.shed(now);
    carry_out();
  }

  void carry_out() {
    auto x = uut.take_orders();
    for (auto& y : x.keep)
      blocks[y.body->first_number()] = std::move(y);
    for (const auto& [first, progress] : x.progress)
      blocks.at(first).progress = progress;
    for (auto first : x.done)
      blocks.erase(first);
    for (auto& y : x.defer)
      rows[y.body->first_number()] = std::move(y);
    for (const auto& y : x.undefer)
      rows.erase(y.number);
  }

  /// Answers what deferred messages it wants, with so many at most.
  size_t load_due(size_t most = SIZE_MAX, size_t spare = SIZE_MAX) {
    const auto x = uut.wanted_deferred(now, false, spare);
    if (!x)
      return 0;
    due_rows found;
    for (const auto& [number, row] : rows) {
      if (row.key() <= x->after)
        continue;
      if (found.rows.size() == most) {
        found.next_ns = row.due_ns;
        break;
      }
      found.rows.push_back(row);
    }
    const auto result = found.rows.size();
    uut.loaded(std::move(found));
    return result;
  }

  void expire(duration after) {
    now += after;
    std::vector<consumer_id> timed_out;
    uut.expire(now, timed_out);
  }

  /// Answers what the queue wants to read on.
  void load() {
    if (auto x = uut.wanted_blocks()) {
      std::vector<stored_block> found;
      for (auto i = blocks.upper_bound(x->after); i != blocks.end(); ++i)
        found.push_back(i->second);
      uut.loaded(std::move(found));
    }
  }

  /// Answers which bodies it wants.
  /// @returns how many.
  size_t fetch(bool taking = true, size_t spare = SIZE_MAX) {
    const auto x = uut.wanted_bodies(taking, spare);
    if (!x)
      return 0;
    bodies found;
    for (auto first : x->blocks)
      if (const auto i = blocks.find(first); i != blocks.end())
        found.blocks.push_back(i->second.body);
    for (const auto& key : x->rows)
      if (const auto i = rows.find(key.number); i != rows.end())
        found.rows.push_back(i->second);
    uut.fetched(std::move(found));
    carry_out();
    return x->blocks.size() + x->rows.size();
  }

  channel_queue uut;
  time_point now = time_point{} + 1h;
  std::map<uint64_t, stored_block> blocks;
  std::map<uint64_t, deferred_message> rows;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(channel_queue_shed_tests, fixture)

BOOST_AUTO_TEST_CASE(what_is_ready_is_read_again_in_order) {
  uut.put(numbered(1, 3));
  uut.put(numbered(4, 3));
  shed();
  BOOST_TEST(uut.bytes() == 0U);
  BOOST_TEST(uut.depth() == 6U);
  BOOST_TEST(uut.backend_depth() == 6U);
  BOOST_TEST(uut.available() == 0U);
  uut.put(numbered(7));
  load();
  BOOST_TEST(take() == from_to(1, 7));
}

BOOST_AUTO_TEST_CASE(what_is_in_flight_can_be_finished_without_its_body) {
  uut.put(numbered(1, 3));
  take();
  shed();
  BOOST_TEST(uut.bytes() == 0U);
  BOOST_TEST(uut.in_flight() == 3U);
  for (auto n : from_to(1, 3))
    BOOST_TEST(uut.finish(n, 1) == settled::ok);
  carry_out();
  BOOST_TEST(blocks.empty());
  BOOST_TEST(fetch() == 0U);
}

BOOST_AUTO_TEST_CASE(what_times_out_gets_its_body_back) {
  uut.put(numbered(1, 3));
  take();
  shed();
  std::vector<consumer_id> timed_out;
  now += 61s;
  uut.expire(now, timed_out);
  BOOST_TEST(timed_out.size() == 3U);
  BOOST_TEST(uut.depth() == 3U);
  BOOST_TEST(uut.available() == 0U);
  // Nobody takes messages.
  BOOST_TEST(fetch(false) == 0U);
  BOOST_TEST(fetch() == 1U);
  BOOST_TEST(take() == from_to(1, 3));
}

BOOST_AUTO_TEST_CASE(what_is_requeued_with_a_delay_is_deferred) {
  uut.put(numbered(1, 2));
  take();
  shed();
  BOOST_TEST(uut.requeue(1, 1, 5s, now) == settled::ok);
  BOOST_TEST(uut.deferred() == 1U);
  BOOST_TEST(!uut.can_save());
  BOOST_TEST(fetch(false) == 1U);
  BOOST_TEST(uut.can_save());
  BOOST_TEST(uut.deferred() == 1U);
  BOOST_TEST(rows.size() == 1U);
  BOOST_TEST(blocks.at(1).progress.finished[0]);
  now += 5s;
  std::vector<consumer_id> timed_out;
  uut.expire(now, timed_out);
  if (auto x = uut.wanted_deferred(now)) {
    uut.loaded(due_rows{{rows.begin()->second}, {}});
    uut.expire(now, timed_out);
  }
  BOOST_TEST(take() == from_to(1, 1));
}

BOOST_AUTO_TEST_CASE(a_deferred_message_in_flight_gets_its_body_back) {
  uut.defer(numbered(1), now + 1s);
  now += 1s;
  std::vector<consumer_id> timed_out;
  uut.expire(now, timed_out);
  BOOST_TEST(take() == from_to(1, 1));
  shed();
  BOOST_TEST(uut.bytes() == 0U);
  BOOST_TEST(uut.requeue(1, 1, 0s, now) == settled::ok);
  BOOST_TEST(fetch() == 1U);
  std::vector<run> runs;
  uut.take({1, 60s, {}}, 1, SIZE_MAX, now, runs);
  BOOST_TEST_REQUIRE(runs.size() == 1U);
  BOOST_TEST(runs[0].attempts == 2U);
}

BOOST_AUTO_TEST_CASE(deferred_messages_are_given_up_and_read_again) {
  for (uint64_t i = 1; i <= 3; ++i)
    uut.defer(numbered(i), now + 1s);
  shed();
  BOOST_TEST(uut.bytes() == 0U);
  BOOST_TEST(uut.deferred() == 3U);
  BOOST_TEST(load_due() == 3U);
  expire(1s);
  BOOST_TEST(take() == from_to(1, 3));
  for (auto n : from_to(1, 3))
    uut.finish(n, 1);
  carry_out();
  BOOST_TEST(rows.empty());
}

BOOST_AUTO_TEST_CASE(one_in_flight_is_not_read_again_as_deferred) {
  uut.defer(numbered(1), now + 1s);
  uut.defer(numbered(2), now + 2s);
  expire(1s);
  BOOST_TEST(take() == from_to(1, 1));
  shed();
  BOOST_TEST(rows.size() == 2U);
  load_due();
  BOOST_TEST(uut.deferred() == 1U);
  expire(1s);
  BOOST_TEST(take() == from_to(2, 2));
}

BOOST_AUTO_TEST_CASE(without_memory_to_spare_few_deferred_ones_come) {
  for (uint64_t i = 1; i <= 3; ++i)
    uut.defer(numbered(i), now + std::chrono::seconds{i}, false);
  carry_out();
  BOOST_TEST(load_due(1, 0) == 1U);
  BOOST_TEST(load_due(1, 0) == 0U);
  BOOST_TEST((uut.next_deadline() == now + 1s));
  expire(1s);
  BOOST_TEST(take() == from_to(1, 1));
  BOOST_TEST(load_due(2, 0) == 2U);
  expire(2s);
  BOOST_TEST(take() == from_to(2, 3));
}

BOOST_AUTO_TEST_CASE(a_block_half_taken_goes_on_where_it_was) {
  uut.put(numbered(1, 4));
  BOOST_TEST(take(2) == from_to(1, 2));
  shed();
  BOOST_TEST(uut.available() == 0U);
  BOOST_TEST(fetch() == 1U);
  BOOST_TEST(take() == from_to(3, 4));
}

BOOST_AUTO_TEST_CASE(without_memory_to_spare_one_block_comes_at_a_time) {
  for (uint64_t i = 1; i <= 3; ++i)
    uut.put(numbered(i));
  take();
  shed();
  for (auto n : from_to(1, 3))
    uut.requeue(n, 1, 0s, now);
  BOOST_TEST(fetch(true, 0) == 1U);
  BOOST_TEST(take() == from_to(1, 1));
  const auto x = uut.wanted_blocks(0);
  BOOST_TEST(!x.has_value());
}

BOOST_AUTO_TEST_CASE(what_was_damaged_is_dropped) {
  uut.put(numbered(1, 3));
  take(2);
  shed();
  blocks.clear();
  uut.requeue(1, 1, 0s, now);
  BOOST_TEST(fetch() == 1U);
  // Number 2 is with its consumer; 3 was never taken.
  BOOST_TEST(uut.depth() == 0U);
  BOOST_TEST(uut.in_flight() == 1U);
  BOOST_TEST(uut.finish(2, 1) == settled::ok);
  BOOST_TEST(take().empty());
}

BOOST_AUTO_TEST_CASE(what_came_back_is_before_what_lies_on_disk_only) {
  uut.put(numbered(1, 2));
  take(1);
  uut.put(numbered(3, 5));
  uut.requeue(1, 1, 0s, now);
  shed();
  fetch();
  load();
  BOOST_TEST(take(1) == from_to(1, 1));
  BOOST_TEST(take() == from_to(2, 7));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::queue
