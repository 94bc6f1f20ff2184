#include "net/http/api.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <ostream>

using namespace cafq::http;

namespace data = boost::unit_test::data;

namespace {

effect
ask(std::string_view method, std::string_view path, std::string_view query,
    std::string_view body = {}, body_state how = body_state::complete) {
  request x;
  x.method = method;
  x.path = path;
  x.query = query;
  const auto to = find_route(x);
  BOOST_TEST_REQUIRE(std::holds_alternative<route>(to));
  return to_effect(std::get<route>(to), x, body, how, limits{});
}

struct bad_row {
  std::string_view path;
  std::string_view query;
  std::string_view body;
  int status;
  std::string_view token;

  friend std::ostream& operator<<(std::ostream& to, const bad_row& x) {
    return to << x.path << '?' << x.query;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(http_api_tests)

const std::array bad_rows{
  bad_row{"/pub", "", "", 400, "MSG_EMPTY"},
  bad_row{"/backup", "growth=1", "", 400,
          "INVALID_REQUEST - the parameter is max_growth"},
  bad_row{"/backup", "max_growth=-1", "", 400,
          "INVALID_ARG_MAX_GROWTH - bytes"},
  bad_row{"/pub", "topic=%zz", "", 400, "MSG_EMPTY"},
  bad_row{"/pub", "topic=%zz", "x", 400, "INVALID_REQUEST"},
  bad_row{"/pub", "", "x", 400, "MISSING_ARG_TOPIC"},
  bad_row{"/pub", "topic=", "x", 400, "INVALID_TOPIC"},
  bad_row{"/mpub", "topic=$", "x", 400, "INVALID_TOPIC"},
  bad_row{"/topic/create", "", "", 400, "MISSING_ARG_TOPIC"},
  bad_row{"/topic/create", "topic=$", "", 400, "INVALID_TOPIC"},
  bad_row{"/topic/empty", "topic=$", "", 400, "INVALID_TOPIC"},
  bad_row{"/topic/delete", ";", "", 400, "INVALID_REQUEST"},
  bad_row{"/channel/create", "channel=c", "", 400, "MISSING_ARG_TOPIC"},
  bad_row{"/channel/create", "topic=$", "", 400, "INVALID_ARG_TOPIC"},
  bad_row{"/channel/create", "topic=t", "", 400, "MISSING_ARG_CHANNEL"},
  bad_row{"/channel/create", "topic=t&channel=", "", 400,
          "INVALID_ARG_CHANNEL"},
};

BOOST_DATA_TEST_CASE(checks_parameters_in_order, data::make(bad_rows), x) {
  const auto got = ask("POST", x.path, x.query, x.body);
  BOOST_TEST_REQUIRE(std::holds_alternative<response>(got));
  const auto& answer = std::get<response>(got);
  BOOST_TEST(answer.status == x.status);
  BOOST_TEST(answer.body == "{\"message\":\"" + std::string{x.token} + "\"}");
}

BOOST_AUTO_TEST_CASE(leaves_bad_names_to_those_who_look_them_up) {
  for (const auto* path : {"/topic/delete", "/topic/pause", "/topic/unpause"}) {
    const auto got = ask("POST", path, "topic=$");
    BOOST_TEST_REQUIRE(std::holds_alternative<topic_command>(got));
    BOOST_TEST(std::get<topic_command>(got).topic == "$");
  }
}

BOOST_AUTO_TEST_CASE(publishes_one_message) {
  const auto got = ask("POST", "/pub", "topic=t&defer=5000", "x\ny");
  BOOST_TEST_REQUIRE(std::holds_alternative<publish>(got));
  const auto& x = std::get<publish>(got);
  BOOST_TEST(x.topic == "t");
  BOOST_TEST(x.message == "x\ny");
  BOOST_TEST(!x.many.has_value());
  BOOST_TEST(x.delay.count() == 5000);
  BOOST_TEST(!x.failed.has_value());
}

BOOST_AUTO_TEST_CASE(takes_defer_up_to_its_limit) {
  for (const auto* good : {"0", "+7", "3600000"})
    BOOST_TEST(!std::get<publish>(ask("POST", "/pub",
                                      std::string{"topic=t&defer=%2B0"}.replace(
                                        14, 4, good[0] == '+' ? "%2B7" : good),
                                      "x"))
                  .failed.has_value());
  for (const auto* bad : {"", "-1", "3600001", "abc", "1.5", "1s", "%2B-1",
                          "99999999999999999999"})
    BOOST_TEST(std::get<publish>(
                 ask("POST", "/pub", std::string{"topic=t&defer="} + bad, "x"))
                 .failed.has_value());
}

BOOST_AUTO_TEST_CASE(still_creates_the_topic_of_a_bad_mpub) {
  const auto got = ask("POST", "/mpub", "topic=t&binary=", "abc");
  auto x = std::get<publish>(got);
  BOOST_TEST(x.topic == "t");
  BOOST_TEST(!x.failed.has_value());
  BOOST_TEST_REQUIRE(x.many.has_value());
  std::vector<std::string_view> none;
  const auto why = x.many->read(1, none);
  BOOST_TEST_REQUIRE(why.has_value());
  BOOST_TEST(why->body == "{\"message\":\"BAD_BODY\"}");
}

BOOST_AUTO_TEST_CASE(tells_bodies_that_break_off) {
  for (const auto how : {body_state::broken, body_state::too_big}) {
    const auto got = ask("POST", "/pub", "topic=t", "x", how);
    BOOST_TEST(std::get<response>(got).status
               == (how == body_state::broken ? 500 : 413));
  }
}

BOOST_AUTO_TEST_CASE(reads_what_stats_to_show) {
  const auto got = ask("GET", "/stats",
                       "format=json&topic=t&channel=c&include_clients=0&"
                       "include_mem=false");
  const auto& x = std::get<cafq::report_request>(got);
  BOOST_TEST((x.how == cafq::report_request::form::stats_json));
  BOOST_TEST(x.topic == "t");
  BOOST_TEST(x.channel == "c");
  BOOST_TEST(!x.include_clients);
  BOOST_TEST(!x.include_memory);
  const auto text = ask("GET", "/stats", "format=JSON");
  BOOST_TEST((std::get<cafq::report_request>(text).how
              == cafq::report_request::form::stats_text));
}

BOOST_AUTO_TEST_CASE(reads_what_to_explain) {
  using form = cafq::report_request::form;
  auto got = ask("GET", "/debug/why", "topic=t&channel=c&format=text");
  const auto& x = std::get<cafq::report_request>(got);
  BOOST_TEST((x.how == form::why_text));
  BOOST_TEST(x.topic == "t");
  BOOST_TEST(x.channel == "c");
  got = ask("GET", "/debug/why", "topic=t");
  BOOST_TEST((std::get<cafq::report_request>(got).how == form::why_json));
  for (const auto* bad :
       {"", "topic=", "topic=$", "channel=c",
        "topic=t&channel=", "topic=t&channel=$", "topic=t&format=xml",
        "topic=t&format=", "topic=t&chanel=c", "topic=%zz"})
    BOOST_TEST(std::get<response>(ask("GET", "/debug/why", bad)).status == 400,
               bad);
}

BOOST_AUTO_TEST_CASE(reads_what_to_stream) {
  auto got = ask("GET", "/debug/stream", "");
  const auto& usual = std::get<stream_command>(got);
  BOOST_TEST(usual.interval.count() == 1000);
  BOOST_TEST(usual.what.view.most == 1000U);
  BOOST_TEST(!usual.what.include_clients);
  got = ask("GET", "/debug/stream",
            "view=clients&filter=10.&sort=commands&last=5000&interval=250");
  const auto& x = std::get<stream_command>(got);
  BOOST_TEST(x.interval.count() == 250);
  BOOST_TEST(x.what.include_clients);
  BOOST_TEST(x.what.view.filter == "10.");
  BOOST_TEST(x.what.view.order == "commands");
  BOOST_TEST(x.what.view.last);
  BOOST_TEST(x.what.view.most == 5000U);
  for (const auto* bad :
       {"view=all", "sort=age", "first=0", "first=20001", "first=x",
        "filter=a&first=20001", "interval=249", "interval=10001",
        "interval=", "topic=$", "topic=t&channel=$", "vew=topics", "view=%zz"})
    BOOST_TEST(
      std::get<response>(ask("GET", "/debug/stream", bad)).status == 400, bad);
  for (const auto* bad : {"last=0", "last=20001", "last=x", "first=6&last=5"}) {
    const auto no = std::get<response>(ask("GET", "/debug/stream", bad));
    BOOST_TEST(no.status == 400, bad);
    BOOST_TEST(no.content().find("INVALID_ARG_LAST") != no.content().npos, bad);
  }
}

BOOST_AUTO_TEST_CASE(reads_whose_past_is_wanted) {
  auto got = ask("GET", "/debug/history", "");
  const auto& node = std::get<cafq::report_request>(got);
  BOOST_TEST((node.how == cafq::report_request::form::history));
  BOOST_TEST(node.topic.empty());
  got = ask("GET", "/debug/history", "topic=t&channel=c");
  const auto& x = std::get<cafq::report_request>(got);
  BOOST_TEST(x.topic == "t");
  BOOST_TEST(x.channel == "c");
  for (const auto* bad : {"topic=$", "channel=c", "topic=t&channel=$", "x=y",
                          "topic=", "topic=%zz"})
    BOOST_TEST(
      std::get<response>(ask("GET", "/debug/history", bad)).status == 400, bad);
}

BOOST_AUTO_TEST_CASE(refuses_long_bodies_before_they_come) {
  request x;
  x.method = "POST";
  x.path = "/pub";
  x.content_length = 1048577;
  const auto to = std::get<route>(find_route(x));
  auto plan = plan_body(to, x, limits{});
  BOOST_TEST_REQUIRE(std::holds_alternative<response>(plan));
  BOOST_TEST(std::get<response>(plan).status == 413);
  x.content_length = 1048576;
  plan = plan_body(to, x, limits{});
  BOOST_TEST_REQUIRE(std::holds_alternative<body_plan>(plan));
  BOOST_TEST(std::get<body_plan>(plan).wanted);
}

BOOST_AUTO_TEST_SUITE_END()
