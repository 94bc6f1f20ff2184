#include "tools/cafq/bench/http_replies.hpp"

#include "tools/cafq/error.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using cafq::bench::http_replies;

namespace {

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
                                "Content-Type: text/plain\r\n\r\nOK";

} // namespace

BOOST_AUTO_TEST_SUITE(http_replies_tests)

BOOST_AUTO_TEST_CASE(counts_answers_of_one_read) {
  http_replies replies;
  BOOST_TEST(replies.feed(std::string{ok} + std::string{ok}) == 2U);
  BOOST_TEST(replies.feed(ok) == 1U);
}

BOOST_AUTO_TEST_CASE(counts_an_answer_when_its_last_byte_is_there) {
  http_replies replies;
  for (std::size_t i = 0; i + 1 < ok.size(); ++i)
    BOOST_TEST(replies.feed(ok.substr(i, 1)) == 0U);
  BOOST_TEST(replies.feed(ok.substr(ok.size() - 1)) == 1U);
  BOOST_TEST(replies.feed(ok) == 1U);
}

BOOST_AUTO_TEST_CASE(fails_with_the_status_of_a_refusal) {
  http_replies replies;
  BOOST_CHECK_EXCEPTION((void)replies.feed("HTTP/1.1 413 Payload Too Large\r\n"
                                           "Content-Length: 0\r\n\r\n"),
                        cafq::tool::error, [](const auto& e) {
                          return std::string_view{e.what()}
                                 == "the broker answered 413";
                        });
}

BOOST_AUTO_TEST_CASE(refuses_another_protocol) {
  http_replies replies;
  BOOST_CHECK_THROW((void)replies.feed("SSH-2.0-OpenSSH\r\n"),
                    cafq::tool::error);
}

BOOST_AUTO_TEST_SUITE_END()
