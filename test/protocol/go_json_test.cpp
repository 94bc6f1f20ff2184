#include "net/protocol/go_json.hpp"

#include <boost/test/unit_test.hpp>

namespace cafq::test {

namespace {

std::string written(std::string_view text) {
  std::string out;
  protocol::append_go_json(out, text);
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(go_json_tests)

BOOST_AUTO_TEST_CASE(writes_as_go) {
  BOOST_TEST(written("") == R"("")");
  BOOST_TEST(written("a.b-c") == R"("a.b-c")");
  BOOST_TEST(written("\"\\/\n\r\t") == R"("\"\\/\n\r\t")");
  BOOST_TEST(written("\b\f\x01\x1f\x7f")
             == "\"\\u0008\\u000c\\u0001\\u001f\x7f\"");
  BOOST_TEST(written("<a>&'") == R"("\u003ca\u003e\u0026'")");
  BOOST_TEST(written("\u00e9\U0001f600") == "\"\u00e9\U0001f600\"");
  BOOST_TEST(written("\u2028\u2029\u202a") == "\"\\u2028\\u2029\u202a\"");
  BOOST_TEST(written("\xff\xc3") == R"("\ufffd\ufffd")");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
