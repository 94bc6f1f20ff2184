#include "net/http/response.hpp"

#include <boost/test/unit_test.hpp>

using namespace cafq::http;

namespace {

constexpr std::string_view date = "Fri, 20 Nov 2026 10:29:13 GMT";

response_context context(bool keep_alive = true, int minor = 1) {
  return {minor, keep_alive, false, date};
}

} // namespace

BOOST_AUTO_TEST_SUITE(response_tests)

BOOST_AUTO_TEST_CASE(orders_headers_as_go_does) {
  BOOST_TEST(render_head(text_ok("OK"), context())
             == "HTTP/1.1 200 OK\r\n"
                "X-Nsq-Content-Type: nsq; version=1.0\r\n"
                "Date: Fri, 20 Nov 2026 10:29:13 GMT\r\n"
                "Content-Length: 2\r\n"
                "Content-Type: text/plain; charset=utf-8\r\n\r\n");
  auto error = failure(405, "METHOD_NOT_ALLOWED");
  error.allow = "GET, OPTIONS";
  BOOST_TEST(render_head(error, context())
             == "HTTP/1.1 405 Method Not Allowed\r\n"
                "Allow: GET, OPTIONS\r\n"
                "Content-Type: application/json; charset=utf-8\r\n"
                "X-Nsq-Content-Type: nsq; version=1.0\r\n"
                "Date: Fri, 20 Nov 2026 10:29:13 GMT\r\n"
                "Content-Length: 32\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(says_no_type_where_there_is_no_body) {
  BOOST_TEST(render_head(empty_ok(), context())
             == "HTTP/1.1 200 OK\r\n"
                "X-Nsq-Content-Type: nsq; version=1.0\r\n"
                "Date: Fri, 20 Nov 2026 10:29:13 GMT\r\n"
                "Content-Length: 0\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(says_whether_the_connection_stays) {
  const auto has = [](const std::string& head, std::string_view text) {
    return head.find(text) != head.npos;
  };
  BOOST_TEST(!has(render_head(empty_ok(), context()), "Connection"));
  BOOST_TEST(
    has(render_head(empty_ok(), context(false)), "\r\nConnection: close\r\n"));
  BOOST_TEST(has(render_head(empty_ok(), context(true, 0)),
                 "\r\nConnection: keep-alive\r\n"));
  BOOST_TEST(!has(render_head(empty_ok(), context(false, 0)), "Connection"));
}

BOOST_AUTO_TEST_CASE(refuses_as_go_does) {
  const auto x = refusal(400);
  BOOST_TEST(render_head(x, context())
             == "HTTP/1.1 400 Bad Request\r\n"
                "Content-Type: text/plain; charset=utf-8\r\n"
                "Connection: close\r\n\r\n");
  BOOST_TEST(x.body == "400 Bad Request");
}

BOOST_AUTO_TEST_CASE(writes_dates) {
  BOOST_TEST(http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  BOOST_TEST(http_date(1795170553) == date);
}

BOOST_AUTO_TEST_SUITE_END()
