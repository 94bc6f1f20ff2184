#include "tools/cafq/top_table.hpp"

#include "tools/cafq/error.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace cafq::tool {

namespace {

constexpr auto actors = R"({"actors":[
  {"id":1,"parent":0,"kind":"node","name":"node","counters":{}},
  {"id":2,"parent":1,"kind":"topic","name":"t","state":"flowing",
   "mood":"flowing","counters":{"depth":0,"messages":100}},
  {"id":3,"parent":2,"kind":"channel","name":"c","state":"RDY 0",
   "mood":"stuck","busy":0.42,"ages_ms":{"ready":120000},
   "counters":{"depth":7,"in_flight":2,"deferred":1,"consumers":3,
               "messages":100}}]})";

constexpr auto stats = R"({"topics":[{"topic_name":"t","depth":0,
  "message_count":100,"paused":true,"channels":[{"channel_name":"c","depth":7,
  "in_flight_count":2,"deferred_count":1,"client_count":3,
  "message_count":100,"paused":false}]}]})";

top_row row(const std::string& topic, std::uint64_t depth) {
  top_row result;
  result.topic = topic;
  result.depth = depth;
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(top_table_tests)

BOOST_AUTO_TEST_CASE(reads_what_any_broker_tells) {
  const auto told = rows_of_stats(stats);
  const auto more = rows_of_actors(actors);
  for (const auto& rows : {told, more}) {
    BOOST_TEST_REQUIRE(rows.size() == 2u);
    BOOST_TEST(rows[0].name() == "t");
    BOOST_TEST(rows[1].name() == "t/c");
    BOOST_TEST(rows[1].depth == 7u);
    BOOST_TEST(rows[1].in_flight == 2u);
    BOOST_TEST(rows[1].deferred == 1u);
    BOOST_TEST(rows[1].clients == 3u);
    BOOST_TEST(rows[1].messages == 100u);
  }
  BOOST_TEST(told[0].state == "paused");
  BOOST_TEST(more[1].state == "RDY 0");
  BOOST_TEST(more[1].oldest_ms.value_or(0) == 120000u);
  BOOST_TEST(more[1].busy.value_or(0) == 0.42);
  BOOST_TEST(!more[0].busy);
  BOOST_TEST(!told[1].busy);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_neither) {
  for (const auto* text : {"", "[]", "{}", R"({"actors":[{}]})"}) {
    BOOST_CHECK_THROW(static_cast<void>(rows_of_actors(text)), error);
    BOOST_CHECK_THROW(static_cast<void>(rows_of_stats(text)), error);
  }
}

BOOST_AUTO_TEST_CASE(tells_what_moves_between_two_looks) {
  auto before = rows_of_stats(stats);
  auto now = before;
  now[1].messages = 150;
  now[1].depth = 17;
  add_rates(now, before, 2);
  BOOST_TEST(now[1].in == 25);
  BOOST_TEST(now[1].out == 20);
  BOOST_TEST(now[0].in == 0);
  // One that was deleted and is new counts from nothing.
  now[1].messages = 10;
  add_rates(now, before, 2);
  BOOST_TEST(now[1].in == 0);
}

BOOST_AUTO_TEST_CASE(sorts_figures_downwards_and_names_upwards) {
  top_rows rows{row("a", 1), row("c", 9), row("b", 9), row("x", 3)};
  arrange(rows, top_order::depth, "");
  BOOST_TEST(rows[0].topic == "b");
  BOOST_TEST(rows[1].topic == "c");
  arrange(rows, top_order::name, "");
  BOOST_TEST(rows[0].topic == "a");
  arrange(rows, top_order::name, "x");
  BOOST_TEST(rows.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_order_goes_round) {
  auto x = top_order::name;
  for (int i = 0; i < 9; ++i) {
    BOOST_TEST(!word_for(x).empty());
    x = next(x);
  }
  BOOST_TEST((x == top_order::name));
}

BOOST_AUTO_TEST_CASE(leaves_out_what_does_not_fit) {
  const auto rows = rows_of_actors(actors);
  top_look look;
  look.width = 120;
  auto text = draw_top(rows, look);
  BOOST_TEST(text.find("DEFER") != text.npos);
  BOOST_TEST(text.find(" 42%\n") != text.npos);
  BOOST_TEST(text.find("RDY 0") != text.npos);
  look.width = 30;
  text = draw_top(rows, look);
  BOOST_TEST(text.find("DEPTH") != text.npos);
  BOOST_TEST(text.find("STATE") == text.npos);
  for (look.width = 1; look.width < 150; ++look.width) {
    text = draw_top(rows, look);
    BOOST_TEST(text.find('\n') <= look.width);
  }
}

BOOST_AUTO_TEST_CASE(shows_as_many_rows_as_there_are_lines) {
  const top_rows rows{row("a", 1), row("b", 2), row("c", 3)};
  top_look look;
  look.height = 3;
  look.first = 1;
  const auto text = draw_top(rows, look);
  BOOST_TEST(text.find("a ") == text.npos);
  BOOST_TEST(text.find("\nb ") != text.npos);
  BOOST_TEST(text.find("\nc ") != text.npos);
}

BOOST_AUTO_TEST_CASE(colours_what_is_stuck_if_wanted) {
  const auto rows = rows_of_actors(actors);
  top_look look;
  BOOST_TEST(draw_top(rows, look).find('\x1b') == std::string::npos);
  look.colours = true;
  BOOST_TEST(draw_top(rows, look).find("\x1b[31m") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(nothing_from_the_broker_steers_the_terminal) {
  const auto rows
    = rows_of_stats(R"({"topics":[{"topic_name":"\u001b[2J","channels":[]}]})");
  BOOST_TEST(rows[0].topic == R"(\x1b[2J)");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::tool
