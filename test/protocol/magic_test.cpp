#include "net/protocol/magic.hpp"

#include <boost/test/unit_test.hpp>

namespace cafq::test {

using namespace protocol;

namespace {

struct fixture {
  magic_check check;

  bool says(magic_check::answer expected, std::string_view bytes,
            std::string_view left = {}) {
    return check.feed(bytes) == expected && bytes == left;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(magic_tests, fixture)

BOOST_AUTO_TEST_CASE(takes_four_bytes_and_leaves_the_rest) {
  BOOST_TEST(says(magic_check::answer::ok, "  V2NOP\n", "NOP\n"));
}

BOOST_AUTO_TEST_CASE(waits_for_all_four_bytes) {
  BOOST_TEST(says(magic_check::answer::need_more, " "));
  BOOST_TEST(says(magic_check::answer::need_more, " V"));
  BOOST_TEST(says(magic_check::answer::need_more, ""));
  BOOST_TEST(says(magic_check::answer::ok, "2"));
}

BOOST_AUTO_TEST_CASE(refuses_anything_else_at_the_fourth_byte) {
  BOOST_TEST(says(magic_check::answer::need_more, "GET"));
  BOOST_TEST(says(magic_check::answer::bad, " /", "/"));
  BOOST_TEST(bad_protocol().text == "E_BAD_PROTOCOL");
}

BOOST_AUTO_TEST_CASE(refuses_version_one) {
  BOOST_TEST(says(magic_check::answer::bad, "  V1"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
