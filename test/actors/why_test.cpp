#include "actors/reports/why.hpp"

#include "actors/reports/why_words.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

using cause = awaited::cause;

actor_stat actor(uint64_t id, std::string name, actor_state doing) {
  actor_stat result;
  result.id = id;
  result.name = std::move(name);
  result.kind = row_of(doing).kind;
  result.is(doing);
  return result;
}

/// A node with topic `orders`, its channel `billing` and a consumer of that.
struct fixture {
  fixture() {
    auto who = std::make_shared<client_stat>();
    who->user_agent = "go-nsq/1.1.0";
    auto consumer = actor(30, "10.0.0.7:4432", actor_state::connection_idle);
    consumer.client = who;
    report.connections = {consumer};
    topic_report topic;
    topic.self = actor(10, "orders", actor_state::topic_flowing);
    topic.channels = {actor(20, "billing", actor_state::channel_idle)};
    report.topics = {topic};
    auto node = actor(1, "node", actor_state::node_ready);
    auto store = actor(2, "store", actor_state::store_idle);
    report.others = {node, store};
  }

  actor_stat& topic() {
    return report.topics[0].self;
  }

  actor_stat& channel() {
    return report.topics[0].channels[0];
  }

  actor_stat& consumer() {
    return report.connections[0];
  }

  static report_request about(std::string channel = "billing") {
    report_request result;
    result.how = report_request::form::why_json;
    result.topic = "orders";
    result.channel = std::move(channel);
    return result;
  }

  /// Returns the chain of the first finding, with all its words.
  std::vector<why_step> chain(const report_request& how = about()) {
    const auto answer = explain(report, how);
    BOOST_TEST_REQUIRE(!answer.findings.empty());
    return answer.findings[0].chain;
  }

  std::string text(const report_request& how = about()) {
    return why_text(explain(report, how));
  }

  node_report report;
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(why_tests, fixture)

BOOST_AUTO_TEST_CASE(names_who_holds_the_oldest_and_until_when) {
  auto& x = channel();
  x.is(actor_state::channel_all_rdy_used, 41s);
  x.waits_for = awaited::some_actor(30);
  x.figures = channel_figures{.depth = 12034, .in_flight = 30};
  x.consumers = {{30, 30, 30, 30, 0, 0}};
  x.ages = {{"ready", 41s}};
  x.oldest_in_flight = flight_stat{30, 3, 41s, 19s};
  const auto steps = chain();
  BOOST_TEST_REQUIRE(steps.size() == 2u);
  BOOST_TEST(steps[0].text
             == "12,034 messages ready, the oldest for 41 s. 1 consumer has "
                "used its RDY (30 in flight of 30). Oldest in flight: with "
                "10.0.0.7:4432 (go-nsq/1.1.0), taken 41 s ago, times out in "
                "19 s, attempt 3.");
  BOOST_TEST(steps[1].kind == "connection");
  BOOST_TEST((explain(report, about()).how == mood::stuck));
}

BOOST_AUTO_TEST_CASE(follows_a_publisher_to_the_consumer_it_lacks) {
  auto publisher = actor(40, "10.0.0.8:1", actor_state::connection_idle);
  publisher.is(actor_state::connection_waits_for_topic, 3s);
  publisher.waits_for = awaited::some_actor(10);
  publisher.figures = connection_figures{.open_bytes = 524288};
  report.connections.push_back(publisher);
  topic().is(actor_state::topic_waits_for_channel, 3s);
  topic().waits_for = awaited::some_actor(20);
  topic().figures = topic_figures{.waiting = 9};
  channel().is(actor_state::channel_no_consumer, 60s);
  channel().waits_for = awaited::outside(cause::client);
  channel().figures = channel_figures{.depth = 10};
  const auto answer = explain(report, about(""));
  BOOST_TEST_REQUIRE(answer.findings.size() == 3u);
  const auto& way = answer.findings[2].chain;
  BOOST_TEST_REQUIRE(way.size() == 3u);
  BOOST_TEST(way[0].text
             == "10.0.0.8:1: is not read for 3.0 s: 512 KB that it published "
                "are not answered.");
  BOOST_TEST(way[1].name == "orders");
  BOOST_TEST(way[2].text == "10 messages ready. Nobody has subscribed.");
  BOOST_TEST((answer.findings[2].how == mood::stuck));
}

BOOST_AUTO_TEST_CASE(says_what_moves) {
  channel().is(actor_state::channel_flowing);
  channel().figures = channel_figures{.depth = 16, .messages = 2204};
  auto before = report;
  before.now = 1;
  before.topics[0].channels[0].figures = channel_figures{.depth = 10,
                                                         .messages = 1000};
  report.now = 1'000'000'001;
  const auto answer = explain(report, about(), &before);
  BOOST_TEST(has(answer.findings.at(0).chain[0].text,
                 "Moving: 1,204 in, 1,198 out per second."));
  BOOST_TEST((answer.how == mood::flowing));
}

BOOST_AUTO_TEST_CASE(says_until_when_messages_are_deferred) {
  channel().is(actor_state::channel_only_deferred);
  channel().figures = channel_figures{.deferred = 2};
  channel().first_due = 90s;
  BOOST_TEST(chain()[0].text
             == "2 messages are deferred, the first until 90 s from now.");
  channel().ages = {{"deferred", 60s}};
  BOOST_TEST(chain()[0].text
             == "2 messages are deferred, the oldest for 60 s, the first until "
                "90 s from now.");
}

BOOST_AUTO_TEST_CASE(says_what_ends_a_pause) {
  channel().is(actor_state::channel_paused, 200s);
  channel().waits_for = awaited::outside(cause::human);
  channel().figures = channel_figures{.depth = 1};
  BOOST_TEST(chain()[0].text
             == "The channel was paused 3 min 20 s ago: 1 message ready. `cafq "
                "channel unpause orders billing` lets them go on.");
}

BOOST_AUTO_TEST_CASE(says_for_how_long_it_has_been_so) {
  topic().is(actor_state::topic_idle, 5s);
  BOOST_TEST(chain(about(""))[0].text
             == "Nothing was published lately, and nothing waits here, for "
                "5.0 s.");
}

BOOST_AUTO_TEST_CASE(a_consumer_that_gives_no_rdy_has_nothing_to_finish) {
  channel().is(actor_state::channel_rdy_0);
  channel().waits_for = awaited::some_actor(30);
  channel().consumers = {{30, 0, 0, 7, 7, 0, 0}};
  const auto step = chain().at(1);
  BOOST_TEST(step.text
             == "10.0.0.7:4432 (go-nsq/1.1.0): RDY 0, 0 in flight, 7 finished, "
                "0 requeued. It gives no RDY.");
  // Of itself it is idle.
  BOOST_TEST(step.state == "gives no RDY");
}

BOOST_AUTO_TEST_CASE(a_consumer_that_others_wait_for_is_not_idle) {
  channel().waits_for = awaited::some_actor(30);
  channel().consumers = {{30, 5, 5, 7, 7, 0, 0}};
  channel().is(actor_state::channel_all_rdy_used);
  BOOST_TEST(chain().at(1).state == "has not finished");
  BOOST_TEST(has(chain().at(1).text, "It has to finish, or raise its RDY."));
  channel().is(actor_state::channel_with_consumers);
  BOOST_TEST(has(chain().at(1).text, "It has to finish what it has."));
  channel().consumers = {{30, 5, 4, 7, 7, 0, 9000}};
  channel().is(actor_state::channel_not_read);
  BOOST_TEST(chain().at(1).state == "does not read");
}

BOOST_AUTO_TEST_CASE(a_topic_that_comes_about_is_no_unknown_one) {
  report.topics.clear();
  report.topic_found = false;
  BOOST_TEST((missing(report, about()) == unknown::topic));
  report.others[0].is(actor_state::node_adding_topics, 2s);
  report.others[0].pending = {{"orders", awaited::some_actor(3), 2s}};
  auto discovery = actor(3, "discovery", actor_state::discovery_asking);
  discovery.pending
    = {{"orders", awaited::outside(cause::server, "10.0.0.1:4161"), 2s}};
  discovery.waits_for = discovery.pending[0].waits_for;
  report.others.push_back(discovery);
  BOOST_TEST((missing(report, about()) == unknown::nothing));
  BOOST_TEST(has(text(), "The nsqlookupd 10.0.0.1:4161 was asked 2.0 s ago "
                         "which channels orders has elsewhere"));
}

BOOST_AUTO_TEST_CASE(tells_of_a_channel_that_is_not_there) {
  BOOST_TEST((missing(report, about()) == unknown::nothing));
  BOOST_TEST((missing(report, about("")) == unknown::nothing));
  BOOST_TEST((missing(report, about("mailing")) == unknown::channel));
}

BOOST_AUTO_TEST_CASE(other_topics_of_the_report_are_left_out) {
  topic_report other;
  other.self = actor(11, "events", actor_state::topic_paused);
  report.topics.insert(report.topics.begin(), other);
  BOOST_TEST(chain(about(""))[0].name == "orders");
  BOOST_TEST((explain(report, about("")).how == mood::flowing));
  auto how = about("");
  how.topic = "events";
  BOOST_TEST((explain(report, how).how == mood::stuck));
}

BOOST_AUTO_TEST_CASE(a_store_that_does_not_answer_waits_for_its_disk) {
  report.others.pop_back();
  topic().is(actor_state::topic_waits_for_store);
  topic().waits_for = awaited::some_actor(2);
  const auto steps = chain(about(""));
  BOOST_TEST(steps.back().kind == "disk");
  BOOST_TEST(has(steps.back().text, "does not answer"));
}

BOOST_AUTO_TEST_CASE(whoever_has_gone_is_no_disk) {
  channel().is(actor_state::channel_all_rdy_used);
  channel().waits_for = awaited::some_actor(99);
  BOOST_TEST(chain().back().kind == "gone");
  // Topics that nobody asked for are not in the report.
  consumer().is(actor_state::connection_waits_for_topic, 3s);
  consumer().waits_for = awaited::some_actor(98);
  channel().waits_for = awaited::some_actor(30);
  BOOST_TEST(chain().back().kind == "topic");
}

BOOST_AUTO_TEST_CASE(a_topic_with_very_many_channels_is_told_of_in_part) {
  auto& channels = report.topics[0].channels;
  channels.clear();
  for (uint64_t i = 0; i < 201; ++i)
    channels.push_back(
      actor(1000 + i, "c" + std::to_string(i), actor_state::channel_idle));
  channels.back().is(actor_state::channel_no_consumer);
  for (const auto id : {uint64_t{40}, uint64_t{41}}) {
    auto publisher = actor(id, "10.0.0.8:" + std::to_string(id),
                           actor_state::connection_waits_for_topic);
    publisher.waits_for = awaited::some_actor(10);
    report.connections.push_back(publisher);
  }
  consumer().is(actor_state::connection_asking_auth);
  const auto answer = explain(report, about(""));
  // The topic, 200 channels, publishers, and those that ask an auth server.
  BOOST_TEST_REQUIRE(answer.findings.size() == 203u);
  BOOST_TEST(answer.left_out == 1u);
  // The worst is among them, though it is the last.
  BOOST_TEST((answer.how == mood::stuck));
  BOOST_TEST(answer.findings[200].chain[0].name == "c200");
  BOOST_TEST(answer.findings[201].chain[0].text
             == "10.0.0.8:40: waits for the topic that it publishes to. 1 more "
                "publisher waits as well.");
  BOOST_TEST(has(answer.findings[202].chain[0].text, "auth server."));
  BOOST_TEST(has(why_text(answer), "1 channel more: they are no worse"));
  BOOST_TEST(nlohmann::json::parse(why_json(answer))["left_out"] == 1);
}

BOOST_AUTO_TEST_CASE(chains_that_bite_their_tail_end) {
  topic().is(actor_state::topic_waits_for_channel);
  topic().waits_for = awaited::some_actor(20);
  channel().is(actor_state::channel_reading_disk);
  channel().waits_for = awaited::some_actor(10);
  BOOST_TEST(chain(about("")).size() == 2u);
}

BOOST_AUTO_TEST_CASE(clients_that_ask_an_auth_server_are_told_of) {
  consumer().is(actor_state::connection_asking_auth, 3s);
  consumer().waits_for = awaited::some_actor(5);
  auto authorizer = actor(5, "", actor_state::authorizer_asking);
  authorizer.is(actor_state::authorizer_asking, 3s);
  authorizer.waits_for = awaited::outside(cause::server, "auth:4181");
  report.others.push_back(authorizer);
  BOOST_TEST(has(text(), "The auth server auth:4181 has not answered for 3.0 "
                         "s."));
}

BOOST_AUTO_TEST_CASE(every_state_can_be_told) {
  for (const auto& row : state_rows()) {
    report.others = {actor(1, "node", row.what)};
    report.others[0].pending = {{"orders", {}, 1s}};
    report.others[0].figures = channel_figures{.deferred = 1};
    report.others[0].is(row.what, 1s);
    topic().waits_for = awaited::some_actor(1);
    topic().is(actor_state::topic_waits_for_channel);
    if (row.what != actor_state::channel_idle)
      BOOST_TEST(!chain(about("")).back().text.empty(), row.word);
  }
}

BOOST_AUTO_TEST_CASE(nothing_that_clients_say_steers_a_terminal) {
  auto who = std::make_shared<client_stat>();
  who->user_agent = "a\x1b[2Jb\n";
  consumer().client = who;
  consumer().is(actor_state::connection_asking_auth, 3s);
  BOOST_TEST(has(text(), R"(a\x1b[2Jb\n)"));
}

BOOST_AUTO_TEST_CASE(is_json) {
  channel().is(actor_state::channel_no_consumer);
  const auto x = nlohmann::json::parse(why_json(explain(report, about())));
  BOOST_TEST(x["topic"] == "orders");
  BOOST_TEST(x["mood"] == "stuck");
  BOOST_TEST(x["findings"][0]["chain"][0]["state"] == "no consumer");
}

BOOST_AUTO_TEST_CASE(numbers_and_times_are_for_people) {
  BOOST_TEST(with_commas(0) == "0");
  BOOST_TEST(with_commas(999) == "999");
  BOOST_TEST(with_commas(1234567) == "1,234,567");
  BOOST_TEST(in_words(350ms) == "350 ms");
  BOOST_TEST(in_words(1500ms) == "1.5 s");
  BOOST_TEST(in_words(41s) == "41 s");
  BOOST_TEST(in_words(200s) == "3 min 20 s");
  BOOST_TEST(in_words(2h) == "2 h");
  BOOST_TEST(in_words(121h) == "5 days 1 h");
  BOOST_TEST(size_in_words(1) == "1 byte");
  BOOST_TEST(size_in_words(524288) == "512 KB");
  BOOST_TEST(size_in_words(1572864) == "1.5 MB");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
