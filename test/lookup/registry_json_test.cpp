#include "actors/lookup/registry_json.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

#include <nlohmann/json.hpp>

namespace cafq::test {

using namespace lookup;
using std::chrono::seconds;

namespace {

struct fixture {
  fixture() {
    BOOST_TEST(all.identify(1, {"my.host", "<vm>", 4150, 4151, "1.3.0"},
                            "10.0.0.1:5", now));
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
  BOOST_TEST(!lookup_json(all, "t", now));
  BOOST_TEST(topics_json(all) == R"({"topics":[]})");
  BOOST_TEST(channels_json(all, "t") == R"({"channels":[]})");
  BOOST_TEST(*nodes_json(registry{}, now) == R"({"producers":[]})");
  BOOST_TEST(*debug_json(registry{}, {}) == "{}");
}

BOOST_AUTO_TEST_CASE(tells_who_has_a_topic) {
  BOOST_TEST(all.add(1, "t", "c"));
  BOOST_TEST(*lookup_json(all, "t", now)
             == R"({"channels":["c"],"producers":[{)" + std::string{me}
                  + "}]}");
  BOOST_TEST(topics_json(all) == R"({"topics":["t"]})");
}

BOOST_AUTO_TEST_CASE(tells_which_topics_a_node_has) {
  BOOST_TEST(all.add(1, "t", "c"));
  BOOST_TEST(all.add(1, "u", {}));
  all.tombstone("u", "my.host:4151", now);
  BOOST_TEST(*nodes_json(all, now)
             == R"({"producers":[{)" + std::string{me}
                  + R"(,"tombstones":[false,true],"topics":["t","u"]}]})");
}

BOOST_AUTO_TEST_CASE(says_whom_nobody_reaches) {
  all.note(1, "Connection refused");
  BOOST_TEST(*nodes_json(all, now)
             == R"({"producers":[{)" + std::string{me}
                  + R"(,"tombstones":[],"topics":[],)"
                    R"("dial_back":"Connection refused"}]})");
  all.note(1, "");
  BOOST_TEST(nodes_json(all, now)->find("dial_back") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(sorts_the_keys_of_debug_as_texts) {
  BOOST_TEST(all.add(1, "a", "c"));
  BOOST_TEST(all.add(1, "a-b", "c"));
  all.tombstone("a", "my.host:4151", now);
  const auto text = *debug_json(all, seconds{5});
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

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
