#include "test/persistence/support.hpp"
#include "tools/cafq/disk_probe.hpp"
#include "tools/cafq/error.hpp"
#include "tools/cafq/store_dump.hpp"
#include "tools/cafq/store_report.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>

#include <nlohmann/json.hpp>

namespace cafq::test {

namespace {

using namespace std::literals;

struct tool_fixture : store_fixture {
  queue_id topic = named_queue("t");
  queue_id channel = named_channel();

  queue_id named_channel() {
    channel_record x;
    x.topic = "t";
    x.name = "c";
    x.queue = store->new_queue();
    store->put(x);
    return x.queue;
  }

  void read(store_visitor& to) {
    commit_all(*store);
    store = nullptr;
    store_reader{dir.path()}.read(to);
  }

  std::vector<nlohmann::json>
  dump(const std::string& of_topic = "", const std::string& of_channel = "") {
    std::stringstream text;
    tool::store_dump to{text, of_topic, of_channel};
    read(to);
    BOOST_TEST(to.damaged() == 0U);
    std::vector<nlohmann::json> result;
    for (std::string line; std::getline(text, line);)
      result.push_back(nlohmann::json::parse(line));
    return result;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(store_tests, tool_fixture)

BOOST_AUTO_TEST_CASE(the_report_counts_per_topic_and_channel) {
  block_progress some;
  some.finished.set(0);
  store->keep(channel,
              {make_block({{1, 0, 0, "gone"}, {2, 0, 0, "four"}}), some});
  store->keep(channel, {make_block({{3, 0, 0, "five5"}}), {}});
  store->defer(channel, {5, make_block({{4, 0, 0, "x"}})});
  store->keep(topic, {make_block({{7, 0, 0, "topic"}}), {}});
  store->keep(99, {make_block(1, 5), {}}); // of nobody
  tool::store_report report;
  read(report);
  const auto found = report.queues();
  BOOST_TEST_REQUIRE(found.size() == 2U);
  BOOST_TEST(found[0].channel == "");
  BOOST_TEST(found[0].messages == 1U);
  BOOST_TEST(found[1].channel == "c");
  BOOST_TEST(found[1].messages == 2U);
  BOOST_TEST(found[1].blocks == 2U);
  BOOST_TEST(found[1].deferred == 1U);
  BOOST_TEST(found[1].bytes == 10U);
  BOOST_TEST(report.orphaned() == 1U);
  BOOST_TEST(report.damaged() == 0U);
  report.damaged(channel, "log: row 00 is damaged");
  report.set_aside(channel);
  BOOST_TEST(report.damaged() == 2U);
  BOOST_TEST(report.queues()[1].damaged == 2U);
  std::ostringstream table;
  report.print_table(table);
  BOOST_TEST(table.str().find("t/c ") != std::string::npos);
  BOOST_TEST(table.str().find("log: row 00") != std::string::npos);
  const auto json = report.to_json();
  BOOST_TEST(json["queues"][1]["messages"].get<int>() == 2);
  BOOST_TEST(json["set_aside"].get<int>() == 1);
}

BOOST_AUTO_TEST_CASE(the_dump_has_every_unfinished_message) {
  block_progress some;
  some.finished.set(0);
  some.attempts = {{1, 3}};
  store->defer(channel, {5, make_block({{4, 44, 1, "\xff\x00z"s}})});
  store->keep(channel,
              {make_block({{1, 0, 0, "gone"}, {2, 22, 0, "zwölf"}}), some});
  const auto lines = dump();
  BOOST_TEST_REQUIRE(lines.size() == 2U);
  BOOST_TEST(lines[0]
             == nlohmann::json({{"topic", "t"},
                                {"channel", "c"},
                                {"number", 2},
                                {"timestamp", 22},
                                {"attempts", 3},
                                {"state", "ready"},
                                {"body", "zwölf"}}));
  BOOST_TEST(lines[1]
             == nlohmann::json({{"topic", "t"},
                                {"channel", "c"},
                                {"number", 4},
                                {"timestamp", 44},
                                {"attempts", 1},
                                {"state", "deferred"},
                                {"due", 5},
                                {"body_base64", "/wB6"}}));
}

BOOST_AUTO_TEST_CASE(the_dump_can_be_limited) {
  store->keep(channel, {make_block(1, 1), {}});
  store->keep(topic, {make_block(2, 1), {}});
  store->keep(named_queue("u"), {make_block(3, 1), {}});
  BOOST_TEST(dump().size() == 3U);
  store = open_message_store(dir.store_file());
  BOOST_TEST(dump("t").size() == 2U);
  store = open_message_store(dir.store_file());
  BOOST_TEST(dump("t", "c").size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_disk_is_measured_and_left_as_it_was) {
  const auto x = tool::measure_disk(dir.path(), 20ms);
  for (const auto* times : {&x.sync, &x.commit_1, &x.commit_50, &x.commit_400})
    BOOST_TEST(times->count() > 0U);
  std::vector<std::string> left;
  for (const auto& file : std::filesystem::directory_iterator{dir.path()})
    left.push_back(file.path().filename().string());
  BOOST_TEST(left.size() == 2U);
  BOOST_CHECK_THROW(
    static_cast<void>(tool::measure_disk(dir.path() / "none", 20ms)),
    tool::error);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
