#include "tools/cafq/command.hpp"

#include "tools/cafq/error.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

using namespace std::literals;

namespace {

nlohmann::json identify_fields(const cafq::tool::identity& who) {
  std::string out;
  cafq::tool::append_identify(out, who);
  BOOST_TEST_REQUIRE(out.starts_with("IDENTIFY\n"));
  constexpr auto head = "IDENTIFY\n"sv.size() + 4;
  return nlohmann::json::parse(out.substr(head));
}

} // namespace

BOOST_AUTO_TEST_SUITE(command_tests)

BOOST_AUTO_TEST_CASE(writes_pub) {
  std::string out;
  cafq::tool::append_pub(out, "t", "hi");
  BOOST_TEST(out == "PUB t\n\0\0\0\x02hi"s);
}

BOOST_AUTO_TEST_CASE(writes_dpub) {
  std::string out;
  cafq::tool::append_dpub(out, "t", 1500ms, "hi");
  BOOST_TEST(out == "DPUB t 1500\n\0\0\0\x02hi"s);
}

BOOST_AUTO_TEST_CASE(writes_mpub) {
  std::string out;
  cafq::tool::append_mpub(out, "t", std::vector{"a"s, "bc"s});
  BOOST_TEST(out
             == "MPUB t\n\0\0\0\x0f\0\0\0\x02"
                "\0\0\0\x01"
                "a\0\0\0\x02"
                "bc"s);
}

BOOST_AUTO_TEST_CASE(appends_what_a_consumer_says) {
  std::string out;
  cafq::tool::append_sub(out, "t", "c#ephemeral");
  cafq::tool::append_rdy(out, 25);
  cafq::tool::append_fin(out, "0123456789abcdef");
  BOOST_TEST(out == "SUB t c#ephemeral\nRDY 25\nFIN 0123456789abcdef\n");
}

BOOST_AUTO_TEST_CASE(refuses_a_name_that_would_be_two_words) {
  std::string out;
  BOOST_CHECK_THROW(cafq::tool::append_pub(out, "a b", "body"),
                    cafq::tool::error);
  BOOST_CHECK_THROW(cafq::tool::append_sub(out, "t", "c\nNOP"),
                    cafq::tool::error);
  BOOST_CHECK_THROW(cafq::tool::append_sub(out, "t", ""), cafq::tool::error);
}

BOOST_AUTO_TEST_CASE(identifies_with_feature_negotiation) {
  const auto fields = identify_fields({});
  BOOST_TEST(fields.at("feature_negotiation").get<bool>());
  BOOST_TEST(fields.at("user_agent").get<std::string>().starts_with("cafq/"));
  BOOST_TEST(!fields.contains("heartbeat_interval"));
  BOOST_TEST(!fields.contains("output_buffer_timeout"));
}

BOOST_AUTO_TEST_CASE(asks_for_what_it_was_told_to) {
  const auto fields = identify_fields(
    {.heartbeat_interval = -1ms, .output_buffer_timeout = 25ms});
  BOOST_TEST(fields.at("heartbeat_interval").get<int>() == -1);
  BOOST_TEST(fields.at("output_buffer_timeout").get<int>() == 25);
}

BOOST_AUTO_TEST_SUITE_END()
