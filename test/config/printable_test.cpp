#include "config/printable.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <ostream>
#include <string>

#include <nlohmann/json.hpp>

using namespace cafq;

namespace {

struct row {
  std::string_view text;
  std::string_view shown;
};

std::ostream& operator<<(std::ostream& out, const row& x) {
  return out << x.shown;
}

const std::array rows{
  row{"", ""},
  row{"plain ~", "plain ~"},
  row{"a\nb\rc\td", "a\\nb\\rc\\td"},
  row{"\x1b[2J", "\\x1b[2J"},
  row{{"\0", 1}, "\\x00"},
  row{"\x7f", "\\x7f"},
  row{"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x8c",
      "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x8c"},
  // CSI in one byte: raw, and as UTF-8.
  row{"\x9b"
      "2J",
      "\\x9b2J"},
  row{"\xc2\x9b", "\\u009b"},
  row{"\xc2\x80", "\\u0080"},
  row{"\xc2\xa0", "\xc2\xa0"},
  // Right to left, and the other marks of direction.
  row{"\xe2\x80\xae", "\\u202e"},
  row{"\xe2\x80\xaa\xe2\x80\xad", "\\u202a\\u202d"},
  row{"\xe2\x81\xa6\xe2\x81\xa9", "\\u2066\\u2069"},
  row{"\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c", "\\u200e\\u200f\\u061c"},
  row{"\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029"},
  // No UTF-8: cut, too long, half of a pair, beyond Unicode.
  row{"\xe2\x80", "\\xe2\\x80"},
  row{"\xc0\x9b", "\\xc0\\x9b"},
  row{"\xe0\x82\x9b", "\\xe0\\x82\\x9b"},
  row{"\xed\xa0\x80", "\\xed\\xa0\\x80"},
  row{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
  row{"\xff", "\\xff"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(printable_tests)

BOOST_DATA_TEST_CASE(writes_out_what_steers, rows, x) {
  BOOST_TEST(printable(x.text) == x.shown);
}

BOOST_AUTO_TEST_CASE(keeps_lines_where_there_may_be_some) {
  BOOST_TEST(printable("a\n\tb\r\x1b", shown_as::lines) == "a\n\tb\\r\\x1b");
}

BOOST_AUTO_TEST_CASE(keeps_json_what_it_is) {
  const nlohmann::json x{{"a", "\x7f \xc2\x9b \xe2\x80\xae \xc3\xa9 \n"}};
  const auto text = printable(x.dump(2), shown_as::json);
  BOOST_TEST(text.find("\\u007f \\u009b \\u202e \xc3\xa9 \\n") != text.npos);
  BOOST_TEST((nlohmann::json::parse(text) == x));
  BOOST_TEST(printable("\"\xff\"", shown_as::json) == "\"\\ufffd\"");
}

BOOST_AUTO_TEST_SUITE_END()
