#include "tools/man/roff.hpp"

#include <boost/test/unit_test.hpp>

using namespace cafq::man;

BOOST_AUTO_TEST_SUITE(roff_tests)

BOOST_AUTO_TEST_CASE(keeps_text_from_being_a_request) {
  BOOST_TEST(escape(".conf\n'x'") == "\\&.conf\n\\&'x'");
  BOOST_TEST(escape("a.b") == "a.b");
}

BOOST_AUTO_TEST_CASE(keeps_backslash_and_minus) {
  BOOST_TEST(escape(R"(C:\x --y)") == R"(C:\ex \-\-y)");
}

BOOST_AUTO_TEST_CASE(escapes_within_fonts_and_tags) {
  BOOST_TEST(bold("--a") == "\\fB\\-\\-a\\fR");
  BOOST_TEST(item(italic("N"), ".5 or more")
             == ".TP\n\\fIN\\fR\n\\&.5 or more\n");
}

BOOST_AUTO_TEST_CASE(names_the_section_in_the_title) {
  const auto text = title("cafqd", "8 System Administration");
  BOOST_TEST(text.starts_with(".TH CAFQD 8 \"\" \"cafq "));
  BOOST_TEST(text.ends_with(" \"System Administration\"\n"));
}

BOOST_AUTO_TEST_SUITE_END()
