#include "net/protocol/lookup_channels.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>

namespace cafq::test {

using namespace protocol;

namespace data = boost::unit_test::data;

BOOST_AUTO_TEST_SUITE(lookup_channels_tests)

BOOST_AUTO_TEST_CASE(asks_for_a_topic) {
  BOOST_TEST(channels_url("[::1]:4161", "t.1#ephemeral")
             == "http://[::1]:4161/channels?topic=t.1%23ephemeral");
}

BOOST_AUTO_TEST_CASE(takes_names_that_last) {
  const auto got = read_channels(
    R"({"channels":["b","a","c#ephemeral","no name","",".x"],"more":1})");
  BOOST_TEST_REQUIRE(got.has_value());
  const std::vector<std::string> expected{"b", "a", ".x"};
  BOOST_TEST(*got == expected, boost::test_tools::per_element());
  BOOST_TEST(read_channels(R"({"channels":[]})")->empty());
}

const std::array<std::string_view, 6> bad{
  "", "<html>", "[]", "{}", R"({"channels":null})", R"({"channels":["a",1]})"};

BOOST_DATA_TEST_CASE(refuses_anything_else, data::make(bad), text) {
  BOOST_TEST(!read_channels(text));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
