#include "tools/cafq/bench/publish_window.hpp"

#include "tools/cafq/error.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace std::literals;
using namespace cafq::bench;

namespace {

constexpr time_point start{1h};

struct fixture {
  publish_window window(std::size_t outstanding, std::uint32_t producer = 0) {
    return {command,
            acks,
            allowed,
            {.producer = producer, .outstanding = outstanding}};
  }

  command_template command = command_template::nsq({"a", "b"}, 1, 1);
  ack_log acks;
  budget allowed{0};
  std::string out;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(publish_window_tests, fixture)

BOOST_AUTO_TEST_CASE(keeps_no_more_than_its_window_unanswered) {
  allowed.start(start, 10);
  auto x = window(2);
  x.refill(out, start);
  BOOST_TEST(acks.unanswered == 2U);
  x.answered(start + 1us);
  x.refill(out, start);
  BOOST_TEST(acks.unanswered == 2U);
  BOOST_TEST(acks.messages == 1U);
  BOOST_TEST(acks.latency.max() == 1000U);
}

BOOST_AUTO_TEST_CASE(sends_nothing_without_a_budget) {
  auto x = window(2);
  x.refill(out, start);
  BOOST_TEST(out.empty());
}

BOOST_AUTO_TEST_CASE(takes_topics_in_turn_beginning_with_another_each) {
  allowed.start(start, 2);
  window(1, 0).refill(out, start);
  window(1, 1).refill(out, start);
  BOOST_TEST(out == "PUB a\n\0\0\0\x01xPUB b\n\0\0\0\x01x"s);
}

BOOST_AUTO_TEST_CASE(numbers_each_topic_by_itself) {
  command = command_template::nsq({"a", "b"}, 1, body_header::size);
  allowed.start(start, 3);
  window(3).refill(out, start);
  const auto third = std::string_view{out}.substr(out.size() - 16);
  BOOST_TEST(third == "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"sv);
}

BOOST_AUTO_TEST_CASE(refuses_an_answer_to_nothing) {
  auto x = window(1);
  BOOST_CHECK_THROW(x.answered(start), cafq::tool::error);
}

BOOST_AUTO_TEST_SUITE_END()
