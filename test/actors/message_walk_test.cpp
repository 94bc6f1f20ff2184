#include "actors/reports/message_walk.hpp"

#include "actors/queue/channel_queue.hpp"
#include "test/support/messages.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

using json = nlohmann::json;

/// A queue in memory, and somebody who looks through it.
struct fixture {
  json walk(const peek_query& what) {
    message_walk uut{what, 5};
    while (const auto next = uut.next()) {
      ++asked;
      const auto missing = uut.take(queue.peek(*next), 0ns);
      BOOST_TEST_REQUIRE(missing.blocks.empty());
      uut.show([](queue::consumer_id x) { return std::to_string(x); });
    }
    found = uut.found();
    return json::parse(uut.text());
  }

  static std::vector<uint64_t> numbers(const json& x) {
    std::vector<uint64_t> result;
    for (const auto& y : x["messages"])
      result.push_back(y["number"]);
    return result;
  }

  queue::channel_queue queue;
  queue::time_point now{};
  size_t asked = 0;
  bool found = false;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(message_walk_tests, fixture)

BOOST_AUTO_TEST_CASE(shows_as_many_as_are_wanted_and_says_where_it_ends) {
  queue.put(numbered(1, 10));
  peek_query what;
  what.most = 4;
  auto x = walk(what);
  BOOST_TEST(numbers(x) == from_to(1, 4));
  BOOST_TEST(x["next"] == "0-4");
  what.after = {0, 4};
  what.most = 100;
  x = walk(what);
  BOOST_TEST(numbers(x) == from_to(5, 10));
  BOOST_TEST(!x.contains("next"));
}

BOOST_AUTO_TEST_CASE(looks_at_no_more_than_it_may) {
  for (uint64_t i = 0; i < 120; ++i)
    queue.put(numbered(1 + i * 100, 100));
  peek_query what;
  what.contains = "no body has this";
  const auto x = walk(what);
  BOOST_TEST(x["examined"] == message_walk::most_looked_at);
  BOOST_TEST(x["next"] == "0-10000");
  BOOST_TEST(asked <= 12U);
}

BOOST_AUTO_TEST_CASE(ends_at_so_many_bytes) {
  std::vector<std::string> large(8, std::string(1'000'000, 'x'));
  for (uint64_t i = 1; i <= 8; ++i)
    queue.put(block_of(i, {large[0]}));
  peek_query what;
  what.contains = "y";
  const auto x = walk(what);
  BOOST_TEST(x["examined"] == 5);
  BOOST_TEST(x["next"] == "0-5");
}

BOOST_AUTO_TEST_CASE(finds_one_by_its_id_in_each_state) {
  queue.put(numbered(1, 3));
  queue.defer(numbered(4), now + 1s);
  std::vector<queue::run> runs;
  queue.take({7, 60s, {}}, 1, SIZE_MAX, now, runs);
  constexpr uint64_t node = uint64_t{5} << 54U;
  peek_query what;
  for (const auto& [number, state] :
       {std::pair{1, "in_flight"}, {2, "ready"}, {4, "deferred"}}) {
    what.id = node + static_cast<uint64_t>(number);
    const auto x = walk(what);
    BOOST_TEST(found);
    BOOST_TEST_REQUIRE(x["messages"].size() == 1U);
    BOOST_TEST(x["messages"][0]["number"] == number);
    BOOST_TEST(x["messages"][0]["state"] == state);
  }
  BOOST_TEST(walk(what)["messages"][0]["due"] == 1'000'000'000);
  for (const auto id : {node + 5, node, uint64_t{1}}) {
    what.id = id;
    walk(what);
    BOOST_TEST(!found);
  }
}

BOOST_AUTO_TEST_CASE(a_consumer_may_call_itself_anything) {
  queue.put(numbered(1, 1));
  std::vector<queue::run> runs;
  queue.take({7, 60s, {}}, 1, SIZE_MAX, now, runs);
  peek_query what;
  what.state = queue::message_state::in_flight;
  message_walk uut{what, 5};
  const auto missing = uut.take(queue.peek(*uut.next()), 0ns);
  BOOST_TEST(missing.blocks.empty());
  uut.show([](queue::consumer_id) { return std::string{"\xff"}; });
  const auto x = json::parse(uut.text());
  BOOST_TEST(x["messages"][0]["consumer"] == "\xef\xbf\xbd");
}

BOOST_AUTO_TEST_CASE(what_is_no_text_is_shown_as_base64) {
  queue.put(block_of(1, {std::string("\xff\x00", 2)}));
  queue.put(block_of(2, {"text"}));
  const auto x = walk({});
  BOOST_TEST(x["messages"][0]["body_base64"] == "/wA=");
  BOOST_TEST(x["messages"][1]["body"] == "text");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
