#include "net/protocol/go_quote.hpp"

#include <boost/test/unit_test.hpp>

namespace cafq::test {

using protocol::go_quote;

BOOST_AUTO_TEST_SUITE(go_quote_tests)

BOOST_AUTO_TEST_CASE(quotes_as_go_does) {
  const std::pair<std::string, std::string> rows[] = {
    {"", R"("")"},
    {"abc", R"("abc")"},
    {"a b~", R"("a b~")"},
    {"\"\\'", R"("\"\\'")"},
    {"\a\b\f\n\r\t\v", R"("\a\b\f\n\r\t\v")"},
    {std::string{"\0\1\x1f\x7f", 4}, R"("\x00\x01\x1f\x7f")"},
    {"a\xff\x01\x7f\"\\\xc3\xa9", R"("a\xff\x01\x7f\"\\é")"},
    {"é€😀ж漢", R"("é€😀ж漢")"},
    {"\xc2\xa0\xc2\xad\xc2\x80", R"("\u00a0\u00ad\u0080")"},
    {"\xe2\x80\x8b\xef\xbb\xbf\xe3\x80\x80", R"("\u200b\ufeff\u3000")"},
    {"\xef\xbf\xbd", "\"\xef\xbf\xbd\""},
    {"\xef\xbf\xbf\xee\x80\x80", R"("\uffff\ue000")"},
    {"\xf4\x8f\xbf\xbf", R"("\U0010ffff")"},
    // Not UTF-8: cut short, overlong, a surrogate, beyond U+10FFFF, stray.
    {"\xe2\x82", R"("\xe2\x82")"},
    {"\xe2\x82x", R"("\xe2\x82x")"},
    {"\xc0\x80\xe0\x80\x80", R"("\xc0\x80\xe0\x80\x80")"},
    {"\xed\xa0\x80", R"("\xed\xa0\x80")"},
    {"\xf4\x90\x80\x80", R"("\xf4\x90\x80\x80")"},
    {"\x80\xbf\xfe", R"("\x80\xbf\xfe")"},
  };
  for (const auto& [bytes, quoted] : rows)
    BOOST_TEST(go_quote(bytes) == quoted);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
