#include "actors/reports/stream_rows.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include <nlohmann/json.hpp>

namespace cafq::test {

namespace {

actor_stat
actor(uint64_t id, std::string name, actor_state doing, uint64_t depth) {
  actor_stat result;
  result.id = id;
  result.name = std::move(name);
  result.kind = row_of(doing).kind;
  result.is(doing);
  result.figures = topic_figures{.depth = depth};
  return result;
}

/// Topics a, b and c with depths 1, 2 and 3, and a node.
node_report example() {
  node_report x;
  const auto topic = actor_state::topic_idle;
  x.topics = {{actor(1, "a", topic, 1), {}},
              {actor(2, "b", topic, 2), {}},
              {actor(3, "c", topic, 3), {}}};
  x.others = {actor(9, "node", actor_state::node_ready, 0)};
  return x;
}

/// Tells somebody again and again.
struct listener {
  nlohmann::json hear(const node_report& x, const report_view& view = {}) {
    const stream_rows rows{x, view};
    auto result = nlohmann::json::parse(rows.since(known));
    known = rows.marks();
    return result;
  }

  stream_marks known;
};

/// Returns ids, in order.
std::string ids(const nlohmann::json& rows) {
  std::string result;
  for (const auto& row : rows)
    result += row["id"].dump();
  return result;
}

std::string ids_of(const report_view& view) {
  return ids(listener{}.hear(example(), view)["rows"]);
}

} // namespace

BOOST_AUTO_TEST_SUITE(stream_rows_tests)

BOOST_AUTO_TEST_CASE(tells_all_and_then_what_changed) {
  auto x = example();
  listener ann;
  auto data = ann.hear(x);
  BOOST_TEST(data["total"] == 3);
  BOOST_TEST(ids(data["rows"]) == "123");
  BOOST_TEST(data["rows"][0]["counters"]["depth"] == 1);
  BOOST_TEST(data["gone"].empty());
  data = ann.hear(x);
  BOOST_TEST(data["rows"].empty());
  BOOST_TEST(data["gone"].empty());
  x.topics[1].self.figures = topic_figures{.depth = 7};
  x.topics[0].self = actor(4, "d", actor_state::topic_idle, 0);
  data = ann.hear(x);
  BOOST_TEST(data["total"] == 3);
  // Those of a name come in the order of names.
  BOOST_TEST(ids(data["rows"]) == "24");
  BOOST_TEST(data["gone"] == nlohmann::json::parse("[1]"));
  x.topics.clear();
  BOOST_TEST(ann.hear(x)["gone"] == nlohmann::json::parse("[2,3,4]"));
}

BOOST_AUTO_TEST_CASE(tells_how_busy_one_is_if_that_has_changed_much) {
  auto x = example();
  listener ann;
  const auto told_again = [&](float busy) {
    x.topics[0].self.busy = busy;
    return ids(ann.hear(x)["rows"]) == "1";
  };
  ann.hear(x);
  BOOST_TEST(!told_again(0.01F));
  BOOST_TEST(told_again(0.5F));
  BOOST_TEST(!told_again(0.51F));
  BOOST_TEST(told_again(0));
}

BOOST_AUTO_TEST_CASE(nothing_is_told_as_well) {
  BOOST_TEST(listener{}.hear({})["rows"].empty());
}

BOOST_AUTO_TEST_CASE(shows_a_window_of_a_view) {
  using kind = report_view::kind;
  report_view view;
  BOOST_TEST(ids_of(view) == "123");
  view.most = 2;
  BOOST_TEST(ids_of(view) == "12");
  view.last = true;
  BOOST_TEST(ids_of(view) == "23");
  view.order = "depth";
  BOOST_TEST(ids_of(view) == "21");
  view.last = false;
  BOOST_TEST(ids_of(view) == "32");
  auto busiest = view;
  busiest.order = "busy";
  auto x = example();
  x.topics[1].self.busy = 0.7F;
  x.topics[2].self.busy = 0.2F;
  BOOST_TEST(ids(listener{}.hear(x, busiest)["rows"]) == "23");
  view.filter = "b";
  BOOST_TEST(ids_of(view) == "2");
  view = {};
  view.what = kind::node;
  BOOST_TEST(ids_of(view) == "9");
  view.what = kind::clients;
  BOOST_TEST(ids_of(view).empty());
  view.what = kind::actors;
  BOOST_TEST(ids_of(view) == "1239");
}

BOOST_AUTO_TEST_CASE(what_leaves_the_window_is_gone) {
  auto x = example();
  report_view view;
  view.order = "depth";
  view.most = 1;
  listener ann;
  BOOST_TEST(ids(ann.hear(x, view)["rows"]) == "3");
  x.topics[0].self.figures = topic_figures{.depth = 9};
  const auto data = ann.hear(x, view);
  BOOST_TEST(ids(data["rows"]) == "1");
  BOOST_TEST(data["gone"] == nlohmann::json::parse("[3]"));
}

BOOST_AUTO_TEST_CASE(what_grows_by_itself_is_no_change) {
  auto x = example();
  listener ann;
  static_cast<void>(ann.hear(x));
  x.topics[0].self.handled = 5;
  x.topics[1].self.in_state = std::chrono::seconds{1};
  BOOST_TEST(ann.hear(x)["rows"].empty());
  const auto changes = [&](auto change) {
    change(x.topics[2].self);
    return ids(ann.hear(x)["rows"]);
  };
  BOOST_TEST(changes([](auto& y) { y.figures = topic_figures{.depth = 4}; })
             == "3");
  BOOST_TEST(changes([](auto& y) { y.is(actor_state::topic_paused); }) == "3");
  BOOST_TEST(changes([](auto& y) { y.waits_for = awaited::some_actor(1); })
             == "3");
  BOOST_TEST(changes([](auto& y) { y.peers = {1, 2}; }) == "3");
  BOOST_TEST(changes([](auto& y) { y.peers = {2, 1}; }) == "3");
  BOOST_TEST(changes([](auto&) {}).empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
