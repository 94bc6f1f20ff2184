#include "net/protocol/lookup_session.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <string>

namespace cafq::test {

using namespace protocol;
using namespace std::string_literals;

namespace data = boost::unit_test::data;

namespace {

std::string answer(std::string_view text) {
  std::string result{"\0\0\0", 3};
  result += static_cast<char>(text.size());
  result += text;
  return result;
}

constexpr std::string_view who
  = R"({"broadcast_address":"look.up","hostname":"h","http_port":4161,)"
    R"("tcp_port":4160,"version":"1.3.0"})";

struct fixture {
  fixture() {
    session.open({"my.host", "vm", 33650, 33651, "1.3.0"});
  }

  void identify() {
    (void)session.take_output();
    BOOST_TEST(session.received(answer(who)) == "");
  }

  lookup_session session;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(lookup_session_tests, fixture)

BOOST_AUTO_TEST_CASE(begins_as_nsqd) {
  const auto sent = session.take_output();
  BOOST_TEST(sent
             == std::string("  V1IDENTIFY\n\0\0\0\x64", 17)
                  + R"({"broadcast_address":"my.host","hostname":"vm",)"
                    R"("http_port":33651,"tcp_port":33650,)"
                    R"("version":"1.3.0"})");
  BOOST_TEST(session.take_output() == "");
}

BOOST_AUTO_TEST_CASE(is_ready_when_it_is_known) {
  const auto text = answer(who);
  for (const char& c : text) {
    BOOST_TEST(!session.ready());
    BOOST_TEST(session.received({&c, 1}) == "");
  }
  BOOST_TEST(session.ready());
  BOOST_TEST(session.unanswered() == 0u);
  BOOST_TEST(session.peer().version == "1.3.0");
  BOOST_TEST(session.peer().tcp_port == 4160);
  BOOST_TEST(http_address_of(session.peer()) == "look.up:4161");
}

BOOST_AUTO_TEST_CASE(does_not_wait_for_answers) {
  identify();
  session.announce("t", "");
  session.announce("t", "c");
  session.withdraw("t", "c");
  session.withdraw("t", "");
  session.ping();
  BOOST_TEST(session.take_output()
             == "REGISTER t\nREGISTER t c\nUNREGISTER t c\nUNREGISTER t\n"
                "PING\n");
  BOOST_TEST(session.unanswered() == 5u);
  BOOST_TEST(session.received(answer("OK") + answer("OK") + "\0\0"s) == "");
  BOOST_TEST(session.unanswered() == 3u);
  BOOST_TEST(session.received("\0\x02OK"s) == "");
  BOOST_TEST(session.unanswered() == 2u);
  BOOST_TEST(session.errors() == 0u);
}

BOOST_AUTO_TEST_CASE(counts_errors) {
  identify();
  session.announce("t", "");
  BOOST_TEST(session.received(answer("E_BAD_TOPIC REGISTER")) == "");
  BOOST_TEST(session.errors() == 1u);
}

const std::array<std::string, 6> bad_answers{
  answer("E_INVALID"),
  answer("E_BAD_BODY IDENTIFY missing fields"),
  answer(""),
  answer("[1]"),
  answer(R"({"http_port":"4161"})"),
  "HTTP/1.1 400 Bad Request\r\n\r\n",
};

BOOST_DATA_TEST_CASE(rubbish_ends_it, data::make(bad_answers), text) {
  BOOST_TEST(session.received(text) != "");
  BOOST_TEST(!session.ready());
}

BOOST_AUTO_TEST_CASE(answers_are_bounded) {
  identify();
  session.ping();
  BOOST_TEST(session.received("\0\x01\0\0"s) == "");
  BOOST_TEST(session.received(std::string(size_t{64} * 1024, 'x')) == "");
  session.ping();
  BOOST_TEST(session.received("\0\x01\0\x01"s) == "answer of 65537 bytes");
}

BOOST_AUTO_TEST_CASE(an_answer_needs_a_command) {
  identify();
  BOOST_TEST(session.received(answer("O\nK"))
             == "answer without a command: O?K");
}

BOOST_AUTO_TEST_CASE(a_new_connection_begins_anew) {
  identify();
  session.ping();
  BOOST_TEST(session.received("\0\0"s) == "");
  session.open({"other", "vm", 1, 2, "1.3.0"});
  BOOST_TEST(!session.ready());
  BOOST_TEST(session.unanswered() == 1u);
  identify();
}

BOOST_AUTO_TEST_CASE(knows_where_http_is) {
  BOOST_TEST(http_address_of({"a", "", 1, 2, ""}) == "a:2");
  BOOST_TEST(http_address_of({"::1", "", 1, 2, ""}) == "[::1]:2");
  BOOST_TEST(tcp_address_of({"::1", "", 1, 2, ""}) == "[::1]:1");
  BOOST_TEST(http_address_of({"", "", 1, 2, ""}) == "");
  BOOST_TEST(http_address_of({"a", "", 1, 0, ""}) == "");
  BOOST_TEST(http_address_of({"a", "", 1, 65536, ""}) == "");
}

BOOST_AUTO_TEST_CASE(takes_hosts_and_nothing_else_for_an_address) {
  for (const auto* host : {"10.0.0.1", "look-up_1.example", "A"})
    BOOST_TEST(http_address_of({host, "", 1, 2, ""})
               == std::string{host} + ":2");
  // Each would send our GET elsewhere, or with a password, if it stood in a
  // URL.
  for (const auto& host : {"user@evil"s,    "user:secret@evil"s,
                           "evil/path"s,    "evil/x?"s,
                           "evil?x="s,      "evil#"s,
                           "evil:80/x"s,    "evil:80"s,
                           "[::1]"s,        "::1]/"s,
                           "::1%25lo"s,     "::1%lo"s,
                           "http://evil"s,  "e vil"s,
                           "evil\r\nX: y"s, "evil\0.com"s,
                           "::1\0x"s,       "evil\\"s,
                           "ev\xc3\xa4l"s,  std::string(254, 'a')})
    BOOST_TEST(http_address_of({host, "", 1, 2, ""}) == "", host);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
