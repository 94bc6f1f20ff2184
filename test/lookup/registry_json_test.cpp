#include "actors/lookup/registry_json.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

namespace cafq::test {

using namespace lookup;
using kind = lookup::request::kind;
using std::chrono::seconds;

namespace {

struct fixture {
  fixture() {
    BOOST_TEST(all.identify(1, {"my.host", "<vm>", 4150, 4151, "1.3.0"},
                            "10.0.0.1:5", now));
  }

  /// @param most How much of it is written in a step.
  [[nodiscard]] std::optional<std::string>
  write(const registry& from, kind what, std::string topic = {},
        size_t most = 1) const {
    lookup::request x;
    x.what = what;
    x.topic = std::move(topic);
    const auto writer = write_json(x, now, seconds{5});
    while (writer->write(from, most))
      ;
    return std::move(*writer).text();
  }

  [[nodiscard]] std::string tell(kind what, std::string topic = {}) const {
    return write(all, what, std::move(topic)).value();
  }

  registry all;
  time_point now{seconds{1000}};
};

constexpr std::string_view me
  = R"("remote_address":"10.0.0.1:5","hostname":"\u003cvm\u003e",)"
    R"("broadcast_address":"my.host","tcp_port":4150,"http_port":4151,)"
    R"("version":"1.3.0")";

} // namespace

BOOST_FIXTURE_TEST_SUITE(registry_json_tests, fixture)

BOOST_AUTO_TEST_CASE(tells_of_nothing) {
  const registry none;
  BOOST_TEST(*write(none, kind::topics) == R"({"topics":[]})");
  BOOST_TEST(*write(none, kind::channels, "t") == R"({"channels":[]})");
  BOOST_TEST(*write(none, kind::lookup, "t")
             == R"({"channels":[],"producers":[]})");
  BOOST_TEST(*write(none, kind::nodes) == R"({"producers":[]})");
  BOOST_TEST(*write(none, kind::debug) == "{}");
}

BOOST_AUTO_TEST_CASE(tells_who_has_a_topic) {
  BOOST_TEST(all.add(1, "t", "c"));
  BOOST_TEST(tell(kind::lookup, "t")
             == R"({"channels":["c"],"producers":[{)" + std::string{me}
                  + "}]}");
  BOOST_TEST(tell(kind::topics) == R"({"topics":["t"]})");
}

BOOST_AUTO_TEST_CASE(tells_which_topics_a_node_has) {
  BOOST_TEST(all.add(1, "t", "c"));
  BOOST_TEST(all.add(1, "u", {}));
  all.tombstone("u", "my.host:4151", now);
  BOOST_TEST(tell(kind::nodes)
             == R"({"producers":[{)" + std::string{me}
                  + R"(,"tombstones":[false,true],"topics":["t","u"]}]})");
}

BOOST_AUTO_TEST_CASE(says_whom_nobody_reaches) {
  all.note(1, "Connection refused");
  BOOST_TEST(tell(kind::nodes)
             == R"({"producers":[{)" + std::string{me}
                  + R"(,"tombstones":[],"topics":[],)"
                    R"("dial_back":"Connection refused"}]})");
  all.note(1, "");
  BOOST_TEST(tell(kind::nodes).find("dial_back") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(sorts_the_keys_of_debug_as_texts) {
  BOOST_TEST(all.add(1, "a", "c"));
  BOOST_TEST(all.add(1, "a-b", "c"));
  all.tombstone("a", "my.host:4151", now);
  const auto text = tell(kind::debug);
  const auto json = nlohmann::ordered_json::parse(text);
  std::string keys;
  for (const auto& [key, value] : json.items())
    keys += key + " ";
  BOOST_TEST(keys == "channel:a-b:c channel:a:c client:: topic:a-b: topic:a: ");
  BOOST_TEST(json["topic:a:"].dump()
             == R"([{"broadcast_address":"my.host","hostname":"<vm>",)"
                R"("http_port":4151,"id":"10.0.0.1:5",)"
                R"("last_update":1005000000000,"tcp_port":4150,)"
                R"("tombstoned":true,"tombstoned_at":1005000000000,)"
                R"("version":"1.3.0"}])");
  BOOST_TEST(json["topic:a-b:"][0]["tombstoned_at"] == -6795364578871345152);
}

BOOST_AUTO_TEST_CASE(writes_the_same_in_steps_of_any_size) {
  for (const producer_id id : {2U, 3U})
    BOOST_TEST(all.identify(id, {"b", "b", 1, 2, "1.3.0"}, "b:1", now));
  for (const auto* topic : {"t", "u", "v"})
    for (const producer_id id : {1U, 2U})
      for (const auto* channel : {"c", "d"})
        BOOST_TEST(all.add(id, topic, channel));
  all.tombstone("u", "b:2", now);
  for (const auto what :
       {kind::lookup, kind::topics, kind::channels, kind::nodes, kind::debug})
    for (const std::string topic : {"u", "*"}) {
      const auto whole = write(all, what, topic,
                               std::numeric_limits<size_t>::max());
      for (const size_t most : {1U, 2U, 7U})
        BOOST_TEST((write(all, what, topic, most) == whole));
    }
  const auto text = tell(kind::lookup, "*");
  BOOST_TEST(nlohmann::json::parse(text)["producers"].size() == 2U);
}

// As large as registries may be, a text takes more: six bytes for each `<`.
BOOST_AUTO_TEST_CASE(has_nothing_that_is_longer_than_the_longest_answer) {
  constexpr size_t longest_name = size_t{1} << 20U;
  for (producer_id id = 2; id <= 2 + most_json / (6 * longest_name / 16);
       ++id) {
    const auto node = std::to_string(id);
    BOOST_TEST(all.identify(
      id, {std::string(longest_name / 16, '<'), "h", 1, 2, "1.3.0"}, node,
      now));
    BOOST_TEST(all.add(id, "t", {}));
  }
  for (const auto what : {kind::lookup, kind::nodes, kind::debug})
    BOOST_TEST(!write(all, what, "t", 1000).has_value());
  BOOST_TEST(!write(all, kind::lookup, "*", 1000).has_value());
  for (size_t i = 0; i <= most_json / longest_name; ++i)
    BOOST_TEST(all.create(std::string(longest_name, 'n') + std::to_string(i),
                          std::string(longest_name, 'c')));
  for (const auto what : {kind::topics, kind::channels})
    BOOST_TEST(!write(all, what, "*", 1000).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
