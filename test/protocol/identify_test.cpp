#include "net/protocol/identify.hpp"

#include "net/protocol/limits.hpp"

#include <boost/test/unit_test.hpp>

namespace cafq::test {

using namespace protocol;
using std::chrono::milliseconds;

namespace {

const std::string undecodable
  = "E_BAD_BODY IDENTIFY failed to decode JSON body";

struct fixture {
  server_settings server;
  client_settings client = default_settings(server);

  /// Returns the data of the frame the client gets, response or error.
  std::string answer(std::string_view body) {
    const auto result = negotiate(body, server, client);
    if (const auto* bad = std::get_if<violation>(&result)) {
      BOOST_TEST(bad->fatal);
      return bad->text;
    }
    return std::get<identify_reply>(result).data;
  }

  /// Returns the reply to a body that asks for negotiation and more.
  identify_reply reply(const std::string& members) {
    const auto result = negotiate(
      "{\"feature_negotiation\":true" + members + "}", server, client);
    const auto* good = std::get_if<identify_reply>(&result);
    BOOST_TEST_REQUIRE(good != nullptr);
    return *good;
  }
};

/// Whether the text has the member, e.g. `"snappy":true`.
bool has(const std::string& json, const std::string& member) {
  return json.find(member) != std::string::npos;
}

struct range_row {
  std::string key;
  std::string words;
  std::vector<int64_t> bad;
  std::vector<int64_t> good;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(identify_tests, fixture)

BOOST_AUTO_TEST_CASE(takes_what_go_decodes) {
  for (const std::string_view body : {
         "{}",
         "null",
         " {} \n",
         "\t{\r\n}",
         R"({"unknown":{"deep":[1,{"msg_timeout":"x"}]},"short_id":"x"})",
         R"({"msg_timeout":null,"client_id":null,"snappy":null})",
         R"({"msg_timeout":5,"msg_timeout":2000})",
         R"({"msg_timeout":5,"MSG_TIMEOUT":2000})",
         R"({"msg_timeout":-0})",
         R"({"x":1e400,"y":-1.5E+999999999999,"z":1.5e-400})",
         R"({"client_id":"\ud800 \udc00 \ud83d\ude00 \/\b"})",
         "{\"client_id\":\"\xff\xfe\xed\xa0\x80\"}",
         "{\"\xff\":1}",
         R"({"sample_rate":99})",
       })
    BOOST_TEST(answer(body) == "OK", body);
  BOOST_TEST(answer("{\"x\":" + std::string(500, '9') + "}") == "OK");
  BOOST_TEST(answer("{\"x\":0." + std::string(500, '9') + "e9}") == "OK");
}

BOOST_AUTO_TEST_CASE(keeps_the_beginning_of_long_texts) {
  const auto kept = [this](const std::string& text) {
    BOOST_TEST(answer("{\"user_agent\":\"" + text + "\"}") == "OK");
    return client.user_agent;
  };
  const std::string most(max_metadata_text, 'x');
  BOOST_TEST(kept(most) == most);
  BOOST_TEST(kept(most + "y") == most);
  // No character is cut in two.
  const auto cut = most.substr(1);
  BOOST_TEST(kept(cut + "\xc3\xbc") == cut);
  BOOST_TEST(kept(cut + "\xe2\x82\xac") == cut);
  BOOST_TEST(kept(cut.substr(2) + "\xf0\x9f\x98\x80") == cut.substr(2));
  BOOST_TEST(kept(cut.substr(1) + "\xc3\xbcy") == cut.substr(1) + "\xc3\xbc");
  // Each of these takes the place of what was no character.
  const auto bad = kept(std::string(1000, '\xff'));
  BOOST_TEST(bad.size() == max_metadata_text - 1);
  BOOST_TEST(bad.ends_with("\xef\xbf\xbd"));
}

BOOST_AUTO_TEST_CASE(refuses_what_go_does_not_decode) {
  for (const std::string_view body : {
         "",
         " ",
         "[]",
         "\"x\"",
         "1",
         "true",
         "{",
         "{}x",
         "{}{}",
         "{\"a\":1,}",
         "{'a':1}",
         "{\"a\":01}",
         "{\"a\":1e}",
         "{\"a\":+1}",
         "nul",
         "\xff{}",
         "\xef\xbb\xbf{}",
         R"({"client_id":"\x"})",
         R"({"client_id":"\u12"})",
         R"({"client_id":"\)",
         "{\"client_id\":\"a\nb\"}",
         R"({"client_id":1})",
         R"({"client_id":{}})",
         R"({"hostname":[]})",
         R"({"snappy":"true"})",
         R"({"snappy":1})",
         R"({"feature_negotiation":"true"})",
         R"({"msg_timeout":"1000"})",
         R"({"msg_timeout":1000.0})",
         R"({"msg_timeout":1e3})",
         R"({"msg_timeout":true})",
         R"({"msg_timeout":{}})",
         R"({"msg_timeout":9223372036854775808})",
         R"({"msg_timeout":-9223372036854775809})",
         R"({"msg_timeout":99999999999999999999999999999999999999999999})",
         R"({"sample_rate":2147483648})",
         R"({"sample_rate":-2147483649})",
       })
    BOOST_TEST(answer(body) == undecodable, body);
  BOOST_TEST(answer({"{}\0", 3}) == undecodable);
  BOOST_TEST(answer({"{}\0x", 4}) == undecodable);
}

BOOST_AUTO_TEST_CASE(survives_deep_nesting) {
  const auto nested = [](size_t depth) {
    return "{\"x\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']')
           + "}";
  };
  BOOST_TEST(answer(nested(10'000)) == "OK");
  BOOST_TEST(answer(nested(10'001)) == undecodable);
  BOOST_TEST(answer(std::string(5'000'000, '[')) == undecodable);
  BOOST_TEST(answer("{\"x\":" + std::string(5'000'000, '[')) == undecodable);
}

BOOST_AUTO_TEST_CASE(names_the_value_that_is_out_of_range) {
  const range_row rows[] = {
    {"heartbeat_interval",
     "heartbeat interval",
     {-2, 1, 999, 60001},
     {-1, 0, 1000, 60000}},
    {"output_buffer_timeout",
     "output buffer timeout",
     {-2, 1, 24, 30001},
     {-1, 0, 25, 30000}},
    {"output_buffer_size",
     "output buffer size",
     {-2, 1, 63, 65537},
     {-1, 0, 64, 65536}},
    {"sample_rate", "sample rate", {-1, 100}, {0, 1, 99}},
    {"msg_timeout",
     "msg timeout",
     {-1, 1, 999, 900001, INT64_MAX, INT64_MIN},
     {0, 1000, 900000}},
  };
  for (const auto& row : rows) {
    const auto says = [&](int64_t value) {
      return answer("{\"" + row.key + "\":" + std::to_string(value) + "}");
    };
    for (const auto value : row.bad)
      BOOST_TEST(says(value)
                 == "E_BAD_BODY IDENTIFY " + row.words + " ("
                      + std::to_string(value) + ") is invalid");
    for (const auto value : row.good)
      BOOST_TEST(says(value) == "OK");
  }
}

BOOST_AUTO_TEST_CASE(reports_the_first_bad_value_in_the_order_of_nsqd) {
  std::string members;
  const std::pair<std::string, std::string> fields[] = {
    {"msg_timeout", "msg timeout"},
    {"sample_rate", "sample rate"},
    {"output_buffer_size", "output buffer size"},
    {"output_buffer_timeout", "output buffer timeout"},
    {"heartbeat_interval", "heartbeat interval"},
  };
  for (const auto& [key, words] : fields) {
    members += (members.empty() ? "\"" : ",\"") + key + "\":-3";
    BOOST_TEST(answer("{" + members + "}")
               == "E_BAD_BODY IDENTIFY " + words + " (-3) is invalid");
  }
}

BOOST_AUTO_TEST_CASE(leaves_the_settings_alone_after_a_bad_value) {
  static_cast<void>(answer(R"({"client_id":"x","msg_timeout":1})"));
  BOOST_TEST(client.client_id.empty());
}

BOOST_AUTO_TEST_CASE(replies_with_the_keys_in_the_order_of_nsqd) {
  BOOST_TEST(answer(R"({"Feature_Negotiation":true})")
             == R"({"max_rdy_count":2500,"version":"1.3.0",)"
                R"("max_msg_timeout":900000,"msg_timeout":60000,)"
                R"("tls_v1":false,"deflate":false,"deflate_level":6,)"
                R"("max_deflate_level":6,"snappy":false,"sample_rate":0,)"
                R"("auth_required":false,"output_buffer_size":16384,)"
                R"("output_buffer_timeout":250})");
}

BOOST_AUTO_TEST_CASE(agrees_only_to_upgrades_it_has) {
  BOOST_TEST(!reply(",\"tls_v1\":true").tls);
  server.tls_available = true;
  const auto both = reply(R"(,"tls_v1":true,"snappy":true)");
  BOOST_TEST(both.tls);
  BOOST_TEST(both.snappy);
  BOOST_TEST(!both.deflate);
  BOOST_TEST(has(both.data, "\"tls_v1\":true,"));
  BOOST_TEST(has(both.data, "\"snappy\":true,"));
  server.snappy_available = false;
  const auto one = reply(R"(,"snappy":true,"deflate":true)");
  BOOST_TEST(!one.snappy);
  BOOST_TEST(one.deflate);
}

BOOST_AUTO_TEST_CASE(does_not_upgrade_without_negotiation) {
  const auto result = negotiate(R"({"snappy":true,"deflate":true})", server,
                                client);
  const auto* good = std::get_if<identify_reply>(&result);
  BOOST_TEST_REQUIRE(good != nullptr);
  BOOST_TEST(good->data == "OK");
  BOOST_TEST(!good->snappy);
  BOOST_TEST(!good->deflate);
  BOOST_TEST(!client.snappy);
}

BOOST_AUTO_TEST_CASE(takes_one_compression_only) {
  BOOST_TEST(
    answer(R"({"feature_negotiation":true,"snappy":true,"deflate":true})")
    == "E_IDENTIFY_FAILED cannot enable both deflate and snappy compression");
}

BOOST_AUTO_TEST_CASE(keeps_the_deflate_level_within_bounds) {
  const std::pair<std::string, std::string> rows[] = {
    {R"(,"deflate":true,"deflate_level":9)", "6"},
    {R"(,"deflate":true,"deflate_level":1)", "1"},
    {R"(,"deflate":true,"deflate_level":-1)", "6"},
    {",\"deflate\":true", "6"},
    {R"(,"deflate":false,"deflate_level":1)", "6"},
  };
  for (const auto& [members, level] : rows)
    BOOST_TEST(has(reply(members).data, "\"deflate_level\":" + level + ","),
               members);
  server.max_deflate_level = 3;
  BOOST_TEST(has(reply("").data, "\"deflate_level\":3,"));
}

BOOST_AUTO_TEST_CASE(minus_one_switches_features_off) {
  static_cast<void>(reply(",\"heartbeat_interval\":-1"));
  BOOST_TEST(client.heartbeat_interval.count() == 0);
  const auto unbuffered
    = reply(R"(,"output_buffer_size":-1,"output_buffer_timeout":100)").data;
  BOOST_TEST(has(unbuffered, "\"output_buffer_size\":1,"));
  BOOST_TEST(has(unbuffered, "\"output_buffer_timeout\":0}"));
}

BOOST_AUTO_TEST_CASE(zero_keeps_what_an_earlier_identify_set) {
  BOOST_TEST(answer(R"({"client_id":"x","msg_timeout":5000,"sample_rate":7,)"
                    R"("heartbeat_interval":2000,"output_buffer_size":64})")
             == "OK");
  BOOST_TEST(has(reply("").data, "\"msg_timeout\":5000,"));
  BOOST_TEST(client.heartbeat_interval.count() == 2000);
  BOOST_TEST(client.output_buffer_size == 64);
  // But not these.
  BOOST_TEST(client.client_id.empty());
  BOOST_TEST(client.sample_rate == 0);
}

BOOST_AUTO_TEST_CASE(replaces_what_is_not_utf8_in_strings) {
  BOOST_TEST(answer("{\"client_id\":\"a\xff\xfe\",\"hostname\":\"\\ud800x\"}")
             == "OK");
  BOOST_TEST(client.client_id == "a\xef\xbf\xbd\xef\xbf\xbd");
  BOOST_TEST(client.hostname == "\xef\xbf\xbdx");
}

BOOST_AUTO_TEST_CASE(finds_keys_in_any_case) {
  BOOST_TEST(answer("{\"CLIENT_ID\":\"a\",\"ho\xc5\xbftname\":\"b\","
                    "\"User_Agent\":\"c\",\"user-agent\":\"d\"}")
             == "OK");
  BOOST_TEST(client.client_id == "a");
  BOOST_TEST(client.hostname == "b");
  BOOST_TEST(client.user_agent == "c");
}

BOOST_AUTO_TEST_CASE(starts_with_the_servers_defaults) {
  server.msg_timeout = milliseconds{7000};
  server.output_buffer_timeout = milliseconds{40};
  client = default_settings(server);
  const auto json = reply("").data;
  BOOST_TEST(has(json, "\"msg_timeout\":7000,"));
  BOOST_TEST(has(json, "\"output_buffer_timeout\":40}"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
