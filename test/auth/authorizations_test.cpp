#include "net/auth/authorizations.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace cafq::auth {

namespace {

std::string
answer(const std::string& authorizations, const std::string& ttl = "60") {
  return R"({"ttl":)" + ttl + R"(,"identity":"Ann","identity_url":"http://a/",)"
         + R"("authorizations":[)" + authorizations + "]}";
}

std::string entry(const std::string& topic, const std::string& channels,
                  const std::string& permissions = R"("publish","subscribe")") {
  return R"({"topic":")" + topic + R"(","channels":[)" + channels
         + R"(],"permissions":[)" + permissions + "]}";
}

} // namespace

BOOST_AUTO_TEST_SUITE(authorizations_tests)

BOOST_AUTO_TEST_CASE(tells_who_the_client_is_and_for_how_long) {
  const authorizations x{answer(entry("a", R"("")"))};
  BOOST_TEST(x.ttl().count() == 60);
  BOOST_TEST(x.identity() == "Ann");
  BOOST_TEST(x.identity_url() == "http://a/");
  BOOST_TEST(x.size() == 1u);
  BOOST_TEST(x.to_json()
             == R"({"identity":"Ann","identity_url":"http://a/",)"
                R"("permission_count":1})");
}

BOOST_AUTO_TEST_CASE(patterns_match_anywhere_unless_anchored) {
  const authorizations loose{answer(entry("b", R"("y")"))};
  BOOST_TEST(loose.may_subscribe("abc", "xyz"));
  BOOST_TEST(!loose.may_subscribe("ac", "xyz"));
  BOOST_TEST(!loose.may_subscribe("abc", "xz"));
  const authorizations strict{answer(entry("^b$", R"("^y$")"))};
  BOOST_TEST(strict.may_subscribe("b", "y"));
  BOOST_TEST(!strict.may_subscribe("abc", "y"));
  BOOST_TEST(!strict.may_subscribe("b", "xyz"));
}

BOOST_AUTO_TEST_CASE(publishing_needs_a_pattern_for_the_empty_channel) {
  BOOST_TEST(authorizations{answer(entry("a", R"(".*")"))}.may_publish("a"));
  BOOST_TEST(authorizations{answer(entry("a", R"("")"))}.may_publish("a"));
  BOOST_TEST(!authorizations{answer(entry("a", R"("c")"))}.may_publish("a"));
  BOOST_TEST(!authorizations{answer(entry("a", ""))}.may_publish("a"));
}

BOOST_AUTO_TEST_CASE(publishing_and_subscribing_are_two_permissions) {
  const authorizations reader{answer(entry("", R"("")", R"("subscribe")"))};
  BOOST_TEST(reader.may_subscribe("a", "c"));
  BOOST_TEST(!reader.may_publish("a"));
  const authorizations writer{answer(entry("", R"("")", R"("publish")"))};
  BOOST_TEST(!writer.may_subscribe("a", "c"));
  BOOST_TEST(writer.may_publish("a"));
}

BOOST_AUTO_TEST_CASE(any_entry_will_do_but_not_two_halves) {
  const authorizations x{
    answer(entry("a", R"("^c$")") + "," + entry("b", R"("^d$")"))};
  BOOST_TEST(x.may_subscribe("a", "c"));
  BOOST_TEST(x.may_subscribe("b", "d"));
  BOOST_TEST(!x.may_subscribe("a", "d"));
}

BOOST_AUTO_TEST_CASE(reads_json_as_go_does) {
  const authorizations x{R"({"TTL":5,"Identity":null,"other":[{}],)"
                         R"("Authorizations":[{"Topic":"a"}]})"};
  BOOST_TEST(x.ttl().count() == 5);
  BOOST_TEST(x.identity() == "");
  BOOST_TEST(x.size() == 1u);
  BOOST_TEST(!x.may_publish("a"));
  BOOST_TEST(authorizations{R"({"ttl":1})"}.size() == 0u);
  BOOST_TEST(authorizations{R"({"ttl":1,"authorizations":null})"}.size() == 0u);
  BOOST_TEST(authorizations{answer("", "9223372036854775807")}.ttl().count()
             > 0);
}

BOOST_AUTO_TEST_CASE(refuses_what_makes_no_sense) {
  for (const auto& text : {
         std::string{},
         std::string{"rubbish"},
         std::string{"[]"},
         std::string{"{}"},
         std::string{R"({"ttl":5} x)"},
         answer("", "0"),
         answer("", "-1"),
         answer("", "1.5"),
         answer("", R"("60")"),
         answer("1"),
         answer(R"("a")"),
         answer(entry("(", R"(".*")")),
         answer(entry("a", R"("(")")),
         answer(entry("a", "1")),
         answer(entry("a", "", R"("fly")")),
         answer(entry("(?=a)", "")), // RE2 has no look-ahead, nor has Go
         std::string{R"({"ttl":5,"identity":5})"},
         std::string{R"({"ttl":5,"authorizations":{}})"},
       })
    BOOST_CHECK_THROW(authorizations{text}, bad_answer);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::auth
