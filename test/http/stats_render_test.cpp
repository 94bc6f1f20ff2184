#include "actors/reports/stats_render.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include <nlohmann/json.hpp>

using namespace cafq;

namespace {

/// One topic with a channel that has one consumer; one producer.
node_report example() {
  auto who = std::make_shared<client_stat>();
  who->client_id = "c<1>";
  who->hostname = "my.host";
  who->user_agent = "go-nsq/1.1";
  who->remote_address = "1.2.3.4:567";
  who->connected = 1000;
  who->state = 3;
  auto producer = std::make_shared<client_stat>();
  producer->hostname = "p";
  producer->remote_address = "[::1]:8";
  producer->connected = 1063;
  producer->published = {{"a", 5}, {"t", 7}};
  actor_stat channel;
  channel.id = 3;
  channel.parent = 2;
  channel.kind = "channel";
  channel.name = "c";
  channel.paused = true;
  channel.figures = channel_figures{.depth = 1, .in_flight = 2, .consumers = 1};
  channel.consumers = {{4, 10, 2, 9, 6, 1}, {99, 1, 1, 1, 1, 1}};
  channel.peers = {4, 6};
  channel.is(actor_state::channel_rdy_0, std::chrono::seconds{41});
  channel.waits_for = awaited::some_actor(4);
  channel.ages = {{"ready", std::chrono::milliseconds{1500}}};
  channel.busy = 0.42F;
  node_report x;
  x.started = 1000'000'000'000;
  x.now = 1063'500'000'000;
  topic_report topic;
  topic.self.id = 2;
  topic.self.parent = 1;
  topic.self.kind = "topic";
  topic.self.name = "t";
  topic.self.figures = topic_figures{.messages = 9, .bytes = 90, .channels = 1};
  topic.self.peers = {3, 6, 99};
  topic.channels = {channel};
  x.topics = {topic};
  actor_stat connection;
  connection.id = 4;
  connection.kind = "connection";
  connection.name = "1.2.3.4:567";
  connection.peers = {3};
  connection.client = who;
  x.connections = {connection};
  connection.id = 5;
  connection.client = producer;
  x.connections.push_back(connection);
  actor_stat node;
  node.id = 1;
  node.kind = "node";
  node.name = "no\"de";
  node.handled = 7;
  node.is(actor_state::node_ready);
  actor_stat store;
  store.id = 6;
  store.kind = "store";
  store.name = "store";
  store.figures = store_figures{.file_bytes = 8192};
  x.others = {node, store};
  return x;
}

} // namespace

BOOST_AUTO_TEST_SUITE(stats_render_tests)

BOOST_AUTO_TEST_CASE(joins_consumers_with_their_clients) {
  const auto text = stats_json(example(), {});
  const auto json = nlohmann::json::parse(text);
  const auto& channel = json["topics"][0]["channels"][0];
  BOOST_TEST(channel["clients"].size() == 1U); // the other is gone
  BOOST_TEST(channel["clients"][0]["ready_count"] == 10);
  BOOST_TEST(channel["clients"][0]["client_id"] == "c<1>");
  BOOST_TEST(text.find(R"(c\u003c1\u003e)") != text.npos);
  BOOST_TEST(json["producers"].size() == 1U);
  BOOST_TEST(json["producers"][0]["pub_counts"].dump()
             == R"([{"count":5,"topic":"a"}])");
}

BOOST_AUTO_TEST_CASE(shows_the_publishes_to_the_topic_asked_for) {
  report_request how;
  how.topic = "t";
  auto json = nlohmann::json::parse(stats_json(example(), how));
  BOOST_TEST(json["producers"][0]["pub_counts"][0]["count"] == 7);
  how.topic = "other";
  json = nlohmann::json::parse(stats_json(example(), how));
  BOOST_TEST(!json["producers"][0].contains("pub_counts"));
}

BOOST_AUTO_TEST_CASE(says_null_for_what_is_not_there) {
  auto x = example();
  x.topics.clear();
  BOOST_TEST(nlohmann::json::parse(stats_json(x, {}))["topics"].dump() == "[]");
  x.topic_found = false;
  const auto json = nlohmann::json::parse(stats_json(x, {}));
  BOOST_TEST(json["topics"].is_null());
  BOOST_TEST(json["producers"].is_null());
}

BOOST_AUTO_TEST_CASE(writes_for_people) {
  report_request how;
  how.include_memory = false;
  const auto text = stats_text(example(), how);
  BOOST_TEST(
    text.substr(text.find("uptime"))
    == "uptime 1m3.5s\n"
       "\n"
       "Health: OK\n"
       "\n"
       "Topics:\n"
       "   [t              ] depth: 0     be-depth: 0     msgs: 9        "
       "e2e%: \n"
       "   *P [c                        ] depth: 1     be-depth: 0     "
       "inflt: 2    def: 0    re-q: 0     timeout: 0     msgs: 0        "
       "e2e%: \n"
       "        [V2 my.host:567 go-nsq/1.1] state: 3 inflt: 2    rdy: 10   "
       "fin: 6        re-q: 1        msgs: 9        connected: 1m3s\n"
       "\n"
       "Producers:\n"
       "   [V2 p:8                  ] msgs: 5        topics: a=5 connected: "
       "0s\n");
}

BOOST_AUTO_TEST_CASE(writes_metrics) {
  const auto text = stats_metrics(example());
  for (const auto* line :
       {"nsq_channel_depth{topic=\"t\",channel=\"c\",paused=\"true\"} 1\n",
        "nsq_topic_message_count{topic=\"t\",paused=\"false\"} 9\n",
        "cafq_topic_message_bytes_total{topic=\"t\"} 90\n",
        "cafq_store_file_bytes 8192\n", "cafq_actors{kind=\"connection\"} 2\n"})
    BOOST_TEST(text.find(line) != text.npos, line);
}

BOOST_AUTO_TEST_CASE(draws_actors) {
  const auto dot = actors_dot(example());
  const auto has = [&](std::string_view text) {
    BOOST_TEST(dot.find(text) != dot.npos, text << " in " << dot);
  };
  has(
    R"(a1 [fillcolor="#c8e6c9", color="#ffe082", label="node\nno\"de\nready\nmailbox 0, handled 7\n)");
  has(
    R"(a3 [fillcolor="#ef9a9a", color="#e6ee9c", label="channel\nc\nRDY 0\nbusy 42 %\n)");
  // A topic writes to its channel, so one edge says both; consumers and
  // channels write to each other.
  has(R"(a1 -> a2 [color="#37474f", penwidth=2, arrowhead=none])");
  has(R"(a2 -> a3 [color="#37474f", penwidth=2, arrowhead=normal])");
  has(R"(a3 -> a4 [color="#78909c", penwidth=0.8, dir=both])");
  has(R"(a2 -> a6 [color="#78909c", penwidth=0.8, dir=forward])");
  for (const auto* absent :
       {"a4 -> a3", "a2 -> a3 [color=\"#78909c\"", "-> a99"})
    BOOST_TEST(dot.find(absent) == dot.npos, absent << " in " << dot);
  has("{ rank=same; c1; a4; a5 }");
  has("{ rank=same; c4; a6 }");
  const auto json = nlohmann::json::parse(actors_json(example()));
  BOOST_TEST(json["actors"].size() == 6U);
  BOOST_TEST(json["actors"][0]["handled"] == 7);
  BOOST_TEST(json["actors"][0]["state"] == "ready");
  BOOST_TEST(!json["actors"][0].contains("waiting_for"));
  const auto& channel = json["actors"][3];
  BOOST_TEST(channel["state"] == "RDY 0");
  BOOST_TEST(channel["mood"] == "stuck");
  BOOST_TEST(channel["state_ms"] == 41000);
  BOOST_TEST(channel["busy"] == 0.42);
  BOOST_TEST(!json["actors"][0].contains("busy"));
  BOOST_TEST(channel["waiting_for"]["actor"] == 4);
  BOOST_TEST(channel["ages_ms"]["ready"] == 1500);
}

BOOST_AUTO_TEST_SUITE_END()
