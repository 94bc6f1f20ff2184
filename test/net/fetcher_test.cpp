#include "net/peers/fetcher.hpp"

#include <boost/test/unit_test.hpp>

#include <future>

namespace cafq::test {

namespace {

/// Returns what becomes of a request that no server is needed for.
http_reply_ptr fetch(const http_client_settings& settings, std::string url) {
  std::promise<http_reply_ptr> result;
  http_client client{settings};
  http_request_ptr what{new http_request, false};
  what->url = std::move(url);
  client.fetch(what, [&](http_reply_ptr x) { result.set_value(std::move(x)); });
  return result.get_future().get();
}

/// Returns where to go on behind this answer.
std::string next_url(int status, std::string body,
                     const std::string& url = "http://h:4181/auth?a=b%26") {
  http_reply x;
  x.status = status;
  x.body = std::move(body);
  return https_url(url, x);
}

} // namespace

BOOST_AUTO_TEST_SUITE(https_url_tests)

BOOST_AUTO_TEST_CASE(is_the_same_but_for_scheme_and_port) {
  const std::string body{R"({"message":"TLS_REQUIRED","https_port":4152})"};
  BOOST_TEST(next_url(403, body) == "https://h:4152/auth?a=b%26");
  BOOST_TEST(next_url(403, body, "http://h/") == "https://h:4152/");
  BOOST_TEST(next_url(403, body, "http://[::1]:1/a") == "https://[::1]:4152/a");
}

BOOST_AUTO_TEST_CASE(is_none_behind_another_answer) {
  const std::string body{R"({"https_port":4152})"};
  BOOST_TEST(next_url(403, body) != "");
  BOOST_TEST(next_url(401, body) == "");
  BOOST_TEST(next_url(200, body) == "");
  BOOST_TEST(next_url(403, body, "https://h:1/") == "");
  BOOST_TEST(next_url(403, body, "h:1") == "");
}

BOOST_AUTO_TEST_CASE(is_none_without_a_port) {
  for (const auto* body :
       {"", "no", "[1]", "{}", R"({"https_port":"1"})", R"({"https_port":0})",
        R"({"https_port":-1})", R"({"https_port":65536})",
        R"({"https_port":1.5})", R"({"https_port":18446744073709551615})"})
    BOOST_TEST(next_url(403, body) == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(http_client_tests)

BOOST_AUTO_TEST_CASE(says_why_there_is_no_answer) {
  const auto x = fetch({}, "http://127.0.0.1:1/");
  BOOST_TEST(x->status == 0);
  BOOST_TEST(!x->error.empty());
}

BOOST_AUTO_TEST_CASE(reads_no_files) {
  const auto x = fetch({}, "file:///etc/hostname");
  BOOST_TEST(x->body.empty());
  BOOST_TEST(!x->error.empty());
}

BOOST_AUTO_TEST_CASE(refuses_more_than_it_may_have_under_way) {
  http_client_settings settings;
  settings.max_requests = 0;
  BOOST_TEST(fetch(settings, "http://127.0.0.1:1/")->error
             == "too many requests under way");
}

BOOST_AUTO_TEST_CASE(ends_with_requests_under_way) {
  http_client client{{}};
  http_request_ptr what{new http_request, false};
  what->url = "http://127.0.0.1:1/";
  for (int i = 0; i < 100; ++i)
    client.fetch(what, [](const http_reply_ptr&) {});
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
