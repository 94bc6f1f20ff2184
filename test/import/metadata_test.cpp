#include "persistence/import/metadata.hpp"

#include "persistence/storage_error.hpp"

#include <boost/test/unit_test.hpp>

namespace cafq::test {

namespace {

nsqd::metadata parse(const char* json) {
  return nsqd::parse_metadata(json, "nsqd.dat");
}

} // namespace

BOOST_AUTO_TEST_SUITE(metadata_tests)

BOOST_AUTO_TEST_CASE(reads_what_nsqd_writes) {
  const auto x = parse(
    R"({"topics":[{"name":"a","paused":true,"channels":[)"
    R"({"name":"x","paused":false},{"name":"y","paused":true}]},)"
    R"({"name":"b","paused":false,"channels":null}],"version":"1.3.0"})");
  BOOST_TEST_REQUIRE(x.topics.size() == 2U);
  BOOST_TEST(
    (x.topics[0] == nsqd::topic_entry{"a", true, {{"x", false}, {"y", true}}}));
  BOOST_TEST((x.topics[1] == nsqd::topic_entry{"b", false, {}}));
  BOOST_TEST(x.warnings.empty());
}

BOOST_AUTO_TEST_CASE(no_topics_is_null) {
  BOOST_TEST(parse(R"({"topics":null,"version":"1.3.0"})").topics.empty());
  BOOST_TEST(parse("{}").topics.empty());
}

BOOST_AUTO_TEST_CASE(leaves_out_invalid_names) {
  const auto x = parse(
    R"({"topics":[{"name":"a b"},{"name":"e#ephemeral"},)"
    R"({"name":"c","channels":[{"name":""},{"name":"d"}]}],"more":1})");
  BOOST_TEST_REQUIRE(x.topics.size() == 1U);
  BOOST_TEST((x.topics[0] == nsqd::topic_entry{"c", false, {{"d", false}}}));
  BOOST_TEST(x.warnings.size() == 3U);
}

BOOST_AUTO_TEST_CASE(refuses_what_nsqd_does_not_write) {
  for (const auto* x : {"", "{", "[1]", R"({"topics":7})", R"({"topics":[7]})",
                        R"({"topics":[{}]})", R"({"topics":[{"name":7}]})"})
    BOOST_CHECK_THROW(static_cast<void>(parse(x)), storage_error);
}

BOOST_AUTO_TEST_CASE(does_not_repeat_what_is_no_json) {
  BOOST_CHECK_EXCEPTION(static_cast<void>(parse("{\x1b[31m")), storage_error,
                        [](const storage_error& x) {
                          return std::string_view{x.what()}
                                 == "nsqd.dat: is not JSON from byte 2 on";
                        });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
