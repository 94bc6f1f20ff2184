#include "net/http/event_stream.hpp"

#include "actors/stats_render.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include <nlohmann/json.hpp>

using cafq::http::event_stream;

namespace {

/// Returns what an event says.
nlohmann::json data_of(const std::string& event) {
  const auto at = event.find("data: ") + 6;
  return nlohmann::json::parse(event.substr(at));
}

cafq::actor_stat
actor(uint64_t id, std::string name, cafq::actor_state doing, uint64_t depth) {
  cafq::actor_stat result;
  result.id = id;
  result.name = std::move(name);
  result.kind = cafq::row_of(doing).kind;
  result.is(doing);
  result.counters = {{"depth", depth}};
  return result;
}

/// Topics a, b and c with depths 1, 2 and 3, and a node.
cafq::node_report example() {
  cafq::node_report x;
  const auto topic = cafq::actor_state::topic_idle;
  x.topics = {{actor(1, "a", topic, 1), {}},
              {actor(2, "b", topic, 2), {}},
              {actor(3, "c", topic, 3), {}}};
  x.others = {actor(9, "node", cafq::actor_state::node_ready, 0)};
  return x;
}

std::string lines(const cafq::report_view& view) {
  cafq::report_request how;
  how.view = view;
  return cafq::stream_lines(example(), how);
}

/// Returns the ids of the rows, in order.
std::string ids(const cafq::report_view& view) {
  event_stream stream;
  std::string result;
  const auto data = data_of(stream.next(lines(view)));
  for (const auto& row : data["rows"])
    result += row["id"].dump();
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(event_stream_tests)

BOOST_AUTO_TEST_CASE(tells_all_and_then_what_changed) {
  event_stream stream;
  auto event = stream.next("2\n1 7 {\"id\":1}\n2 8 {\"id\":2}\n");
  BOOST_TEST(event
             == "id: 1\nevent: snapshot\ndata: {\"total\":2,\"rows\":"
                "[{\"id\":1},{\"id\":2}],\"gone\":[]}\n\n");
  event = stream.next("2\n1 7 {\"id\":1}\n2 8 {\"id\":2}\n");
  BOOST_TEST(event
             == "id: 2\nevent: delta\ndata: "
                "{\"total\":2,\"rows\":[],\"gone\":[]}\n\n");
  event = stream.next("2\n2 9 {\"id\":2}\n3 1 {\"id\":3}\n");
  BOOST_TEST(event
             == "id: 3\nevent: delta\ndata: {\"total\":2,\"rows\":"
                "[{\"id\":2},{\"id\":3}],\"gone\":[1]}\n\n");
}

BOOST_AUTO_TEST_CASE(nothing_is_an_event_as_well) {
  event_stream stream;
  BOOST_TEST(data_of(stream.next("0\n"))["rows"].empty());
}

BOOST_AUTO_TEST_CASE(shows_a_window_of_a_view) {
  using kind = cafq::report_view::kind;
  cafq::report_view view;
  BOOST_TEST(ids(view) == "123");
  view.most = 2;
  BOOST_TEST(ids(view) == "12");
  view.last = true;
  BOOST_TEST(ids(view) == "23");
  view.order = "depth";
  BOOST_TEST(ids(view) == "21");
  view.last = false;
  BOOST_TEST(ids(view) == "32");
  view.filter = "b";
  BOOST_TEST(ids(view) == "2");
  view = {};
  view.what = kind::node;
  BOOST_TEST(ids(view) == "9");
  view.what = kind::clients;
  BOOST_TEST(ids(view) == "");
  view.what = kind::actors;
  BOOST_TEST(ids(view) == "1239");
}

BOOST_AUTO_TEST_CASE(what_grows_by_itself_is_no_change) {
  auto x = example();
  event_stream stream;
  static_cast<void>(stream.next(cafq::stream_lines(x, {})));
  x.topics[0].self.handled = 5;
  x.topics[1].self.in_state = std::chrono::seconds{1};
  BOOST_TEST(data_of(stream.next(cafq::stream_lines(x, {})))["rows"].empty());
  x.topics[2].self.counters[0].second = 4;
  BOOST_TEST(data_of(stream.next(cafq::stream_lines(x, {})))["rows"].size()
             == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
