#include "test/queue/one_queue.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;

// What a queue tells of the messages that wait longest.

namespace cafq::queue {

namespace {

struct fixture : one_queue {
  /// Adds a message that was published then.
  void put(uint64_t number, int64_t published_ns) {
    const std::vector<message_view> list{{number, published_ns, 0, "x"}};
    uut.put(block::make(list));
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(channel_queue_oldest_tests, fixture)

BOOST_AUTO_TEST_CASE(an_empty_queue_has_no_oldest) {
  BOOST_TEST(!uut.oldest_ready_ns());
  BOOST_TEST(!uut.oldest_in_flight());
  BOOST_TEST(!uut.first_due());
}

BOOST_AUTO_TEST_CASE(the_next_to_be_taken_is_the_oldest_that_is_ready) {
  put(1, 100);
  put(2, 200);
  BOOST_TEST((uut.oldest_ready_ns() == 100));
  BOOST_TEST(take(ann, 1) == numbers{1}, boost::test_tools::per_element());
  BOOST_TEST((uut.oldest_ready_ns() == 200));
  uut.requeue(1, ann, 0s, now);
  BOOST_TEST((uut.oldest_ready_ns() == 100));
}

BOOST_AUTO_TEST_CASE(tells_who_has_had_a_message_for_longest) {
  put(1, 100);
  put(2, 200);
  take(bob, 1);
  advance(grain);
  take(ann, 1);
  auto oldest = uut.oldest_in_flight();
  BOOST_TEST_REQUIRE(oldest.has_value());
  BOOST_TEST(oldest->holder == bob);
  BOOST_TEST(oldest->attempts == 1);
  BOOST_TEST((oldest->delivered == now - grain));
  BOOST_TEST((oldest->until == now - grain + timeout));
  uut.touch(1, bob, timeout, 10 * timeout, now + grain);
  oldest = uut.oldest_in_flight();
  BOOST_TEST(oldest->holder == bob);
  BOOST_TEST((oldest->until == now + grain + timeout));
  uut.finish(1, bob);
  BOOST_TEST(uut.oldest_in_flight()->holder == ann);
}

BOOST_AUTO_TEST_CASE(tells_when_the_first_deferred_message_is_due) {
  const std::vector<message_view> list{{1, 100, 0, "x"}};
  const std::vector<message_view> other{{2, 100, 0, "x"}};
  uut.defer(block::make(list), now + 10s);
  uut.defer(block::make(other), now + 5s);
  BOOST_TEST((uut.first_due() == now + 5s));
}

BOOST_AUTO_TEST_CASE(tells_when_the_oldest_deferred_message_was_published) {
  BOOST_TEST(!uut.oldest_deferred_ns());
  const std::vector<message_view> list{{1, 200, 0, "x"}};
  const std::vector<message_view> other{{2, 100, 0, "x"}};
  uut.defer(block::make(list), now + 5s);
  BOOST_TEST((uut.oldest_deferred_ns() == 200));
  uut.defer(block::make(other), now + 10s);
  BOOST_TEST((uut.oldest_deferred_ns() == 100));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::queue
