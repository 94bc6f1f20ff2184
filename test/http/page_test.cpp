#include "net/http/page.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace cafq::http;

namespace {

/// What the page may weigh in all.
constexpr size_t most_page_bytes = 100'000;

std::string page_head(const response& x) {
  return render_head(x, {1, true, false, "now"});
}

bool has_text(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(page_tests)

BOOST_AUTO_TEST_CASE(weighs_little) {
  size_t sum = 0;
  for (const auto& file : page_files())
    sum += file.bytes.size();
  BOOST_TEST(sum > 0);
  BOOST_TEST(sum < most_page_bytes);
}

BOOST_AUTO_TEST_CASE(is_compressed_and_tagged) {
  const auto x = answer_page({}, "");
  BOOST_TEST(x.status == 200);
  BOOST_TEST(x.content().substr(0, 2) == "\x1f\x8b");
  const auto head = page_head(x);
  BOOST_TEST(has_text(head, "\r\nContent-Type: text/html; charset=utf-8\r\n"));
  BOOST_TEST(has_text(head, "\r\nContent-Encoding: gzip\r\n"));
  BOOST_TEST(has_text(head, "\r\nEtag: \""));
  BOOST_TEST(has_text(head, "\r\nContent-Security-Policy: default-src 'none'; "
                            "script-src 'self'; style-src 'self'; "));
  BOOST_TEST(!has_text(head, "unsafe"));
}

BOOST_AUTO_TEST_CASE(is_not_sent_to_whom_has_it) {
  request x;
  x.has = "\"other\", W/" + std::string{answer_page({}, "app.js").tag};
  const auto same = answer_page(x, "app.js");
  BOOST_TEST(same.status == 304);
  BOOST_TEST(same.content().empty());
  BOOST_TEST(has_text(page_head(same), "HTTP/1.1 304 Not Modified\r\nEtag: "));
  BOOST_TEST(!has_text(page_head(same), "Content-Length"));
  BOOST_TEST(answer_page(x, "app.css").status == 200);
}

BOOST_AUTO_TEST_CASE(has_no_other_files) {
  BOOST_TEST(answer_page({}, "app.ts").status == 404);
}

BOOST_AUTO_TEST_SUITE_END()
