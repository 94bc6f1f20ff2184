#include "actors/queue/topic_queue.hpp"

#include "test/support/messages.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;

namespace cafq::queue {

BOOST_AUTO_TEST_SUITE(topic_queue_tests)

BOOST_AUTO_TEST_CASE(is_empty_at_first) {
  topic_queue uut;
  BOOST_TEST(uut.depth() == 0u);
  BOOST_TEST(uut.take_all().empty());
}

BOOST_AUTO_TEST_CASE(counts_messages_not_blocks) {
  topic_queue uut;
  uut.put({test::numbered(1, 3), {}});
  uut.put({test::numbered(4, 2), {}});
  BOOST_TEST(uut.depth() == 5u);
}

BOOST_AUTO_TEST_CASE(gives_up_everything_in_publish_order) {
  topic_queue uut;
  uut.put({test::numbered(1, 3), {}});
  uut.put({test::numbered(4), time_point{} + 1h});
  uut.put({test::numbered(5, 2), {}});
  const auto all = uut.take_all();
  BOOST_TEST_REQUIRE(all.size() == 3u);
  BOOST_TEST(all[0].body->first_number() == 1u);
  BOOST_TEST(all[1].body->first_number() == 4u);
  BOOST_TEST(all[2].body->first_number() == 5u);
  BOOST_TEST(!all[0].deferred());
  BOOST_TEST(all[1].deferred());
  BOOST_TEST((all[1].due == time_point{} + 1h));
  BOOST_TEST(uut.depth() == 0u);
}

BOOST_AUTO_TEST_CASE(can_be_filled_again) {
  topic_queue uut;
  uut.put({test::numbered(1), {}});
  BOOST_TEST(uut.take_all().size() == 1u);
  uut.put({test::numbered(2), {}});
  BOOST_TEST(uut.depth() == 1u);
  BOOST_TEST(uut.take_all().size() == 1u);
}

BOOST_AUTO_TEST_CASE(clear_gives_the_memory_back) {
  const auto before = block::bytes_in_memory();
  topic_queue uut;
  uut.put({test::numbered(1, 100), {}});
  BOOST_TEST(block::bytes_in_memory() > before);
  uut.clear();
  BOOST_TEST(uut.depth() == 0u);
  BOOST_TEST(block::bytes_in_memory() == before);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::queue
