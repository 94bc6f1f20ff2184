#include "net/protocol/names.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace cafq::test {

using namespace protocol;

BOOST_AUTO_TEST_SUITE(names_tests)

BOOST_AUTO_TEST_CASE(takes_what_nsqd_takes) {
  for (const auto& name : {
         std::string{"t"},
         std::string{"."},
         std::string{"-"},
         std::string{"_"},
         std::string{"azAZ09._-"},
         std::string(64, 'x'),
         std::string{"a#ephemeral"},
         std::string(54, 'x') + "#ephemeral",
       })
    BOOST_TEST(valid_name(name), name);
}

BOOST_AUTO_TEST_CASE(refuses_what_nsqd_refuses) {
  for (const auto& name : {
         std::string{""},
         std::string{"a b"},
         std::string{"a$"},
         std::string{"a\n"},
         std::string{"a#"},
         std::string{"a#eph"},
         std::string{"a#Ephemeral"},
         std::string{"a#ephemeralx"},
         std::string{"a#ephemeral\n"},
         std::string{"a#ephemeral#ephemeral"},
         std::string{"#ephemeral"},
         std::string{"\xc3\xa9"},
         std::string(1, '\0'),
         std::string(65, 'x'),
         std::string(55, 'x') + "#ephemeral",
       })
    BOOST_TEST(!valid_name(name), name);
}

BOOST_AUTO_TEST_CASE(knows_ephemeral_names) {
  BOOST_TEST(is_ephemeral("a#ephemeral"));
  BOOST_TEST(!is_ephemeral("ephemeral"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
