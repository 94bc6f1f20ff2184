#include "actors/reports/history.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include <nlohmann/json.hpp>

namespace cafq::test {

namespace {

using json = nlohmann::json;

actor_stat
actor(uint64_t id, std::string name, uint64_t messages, uint64_t left) {
  actor_stat result;
  result.id = id;
  result.name = std::move(name);
  result.figures = channel_figures{.depth = left, .messages = messages};
  return result;
}

/// A node that is asked every ten seconds.
struct fixture {
  fixture() {
    node.topics = {{actor(1, "t", 0, 0), {actor(2, "c", 0, 0)}}};
    node.now = 1'000'000'000'000;
  }

  actor_stat& topic() {
    return node.topics[0].self;
  }

  actor_stat& channel() {
    return node.topics[0].channels[0];
  }

  void pass(size_t steps = 1) {
    for (size_t i = 0; i < steps; ++i) {
      node.now += 10'000'000'000;
      uut.add(node);
      BOOST_TEST_REQUIRE(uut.invariant());
    }
  }

  json
  points(const std::string& of_topic = {}, const std::string& of_channel = {}) {
    return json::parse(uut.json(of_topic, of_channel))["points"];
  }

  history uut{1 << 20};
  node_report node;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(history_tests, fixture)

BOOST_AUTO_TEST_CASE(rates_are_what_lies_between_two_reports) {
  pass();
  topic() = actor(1, "t", 20, 0);
  channel() = actor(2, "c", 20, 5);
  channel().figures
    = channel_figures{.depth = 5, .in_flight = 1, .messages = 20};
  pass();
  const auto told = json::parse(uut.json("t", ""));
  BOOST_TEST(told["fields"][2] == "in");
  BOOST_TEST(told["points"].dump() == "[[1020,10.0,2.0,2.0,0.0,0.0,0,0,0,0]]");
  BOOST_TEST(points("t", "c").dump()
             == "[[1020,10.0,2.0,1.4,0.0,0.0,5,1,0,0]]");
  // All topics and channels.
  BOOST_TEST(points().dump() == "[[1020,10.0,2.0,1.4,0.0,0.0,5,1,0,0]]");
}

BOOST_AUTO_TEST_CASE(goes_back_a_quarter_of_an_hour) {
  pass(200);
  const auto all = points("t");
  BOOST_TEST(all.size() == 90u);
  BOOST_TEST(all.back()[0] == 3000);
}

BOOST_AUTO_TEST_CASE(what_has_gone_is_forgotten) {
  pass(2);
  node.topics.clear();
  pass();
  BOOST_TEST(points("t").empty());
  BOOST_TEST(points("t", "c").empty());
  BOOST_TEST(points().size() == 2u);
}

BOOST_AUTO_TEST_CASE(another_one_of_the_name_begins_anew) {
  topic() = actor(1, "t", 1000, 0);
  pass(2);
  topic() = actor(9, "t", 10, 0);
  pass();
  topic() = actor(9, "t", 30, 0);
  pass();
  BOOST_TEST(points("t").back()[2] == 2.0);
  for (const auto& x : points("t"))
    BOOST_TEST(x[2] <= 2.0);
}

BOOST_AUTO_TEST_CASE(nothing_is_remembered_without_memory) {
  uut = history{};
  pass(3);
  BOOST_TEST(points().empty());
  BOOST_TEST(uut.memory() == 0u);
}

BOOST_AUTO_TEST_CASE(has_a_bound_and_the_busiest_in_full) {
  node.topics.clear();
  for (uint64_t i = 0; i < 100; ++i)
    node.topics.push_back({actor(i, "t" + std::to_string(i), 0, 0), {}});
  const auto most = size_t{200} << 10U;
  uut = history{most};
  for (size_t i = 0; i < 300; ++i) {
    node.topics[77].self = actor(77, "t77", i * 10, 0);
    pass();
    BOOST_TEST(uut.memory() <= most);
  }
  BOOST_TEST(points("t77").size() == 90u);
  BOOST_TEST(points().size() == 90u);
  // All others are there, by the minute.
  size_t coarse = 0;
  for (uint64_t i = 0; i < 100; ++i) {
    const auto told = points("t" + std::to_string(i));
    BOOST_TEST(!told.empty());
    coarse += size_t{told.size() == 15};
    BOOST_TEST(told.back()[0].get<int>() > 3940);
  }
  BOOST_TEST(coarse > 50u);
}

BOOST_AUTO_TEST_CASE(more_series_than_fit_are_left_out) {
  node.topics.clear();
  for (uint64_t i = 0; i < 1000; ++i)
    node.topics.push_back({actor(i, "t" + std::to_string(i), 0, 0), {}});
  uut = history{size_t{100} << 10U};
  pass(20);
  BOOST_TEST(uut.memory() <= size_t{100} << 10U);
  BOOST_TEST(points().size() == 19u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
