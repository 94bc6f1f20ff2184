#include "net/protocol/lookupd_session.hpp"

#include "net/protocol/lookup_session.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <variant>
#include <vector>

namespace cafq::test {

using namespace protocol;
using namespace std::string_literals;

namespace {

std::string text_of(const lookup_command& x) {
  if (std::holds_alternative<lookup_ping>(x))
    return "ping";
  if (const auto* who = std::get_if<lookup_identity>(&x))
    return to_json(*who);
  const auto& what = std::get<lookup_registration>(x);
  return (what.exists ? "add " : "remove ") + what.topic + "/" + what.channel;
}

constexpr std::string_view who
  = R"({"broadcast_address":"my.host","hostname":"vm","http_port":4151,)"
    R"("tcp_port":4150,"version":"1.3.0"})";

/// IDENTIFY with this body.
std::string identify(std::string_view body) {
  return "IDENTIFY\n\0\0\0"s + static_cast<char>(body.size())
         + std::string{body};
}

struct fixture {
  /// Returns all that comes of some bytes; a violation has a `!`.
  std::vector<std::string> say(std::string_view bytes) {
    session.feed(bytes);
    std::vector<std::string> result;
    for (;;) {
      const auto x = session.next();
      if (const auto* command = std::get_if<lookup_command>(&x))
        result.push_back(text_of(*command));
      else if (const auto* bad = std::get_if<violation>(&x))
        result.push_back("!" + bad->text);
      else
        return result;
    }
  }

  lookupd_session session;
};

using all = std::vector<std::string>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(lookupd_session_tests, fixture)

BOOST_AUTO_TEST_CASE(understands_what_a_node_says) {
  lookup_session node;
  node.open({"my.host", "vm", 4150, 4151, "1.3.0"});
  BOOST_TEST((say(node.take_output()) == all{std::string{who}}));
  node.announce("t", "");
  node.announce("t", "c");
  node.withdraw("t", "c");
  node.withdraw("t", "");
  node.ping();
  BOOST_TEST((say(node.take_output())
              == all{"add t/", "add t/c", "remove t/c", "remove t/", "ping"}));
}

BOOST_AUTO_TEST_CASE(takes_bytes_one_by_one) {
  const auto text = "  V1" + identify(who) + " REGISTER t c \r\nPING\n";
  all got;
  for (const auto& c : text)
    for (auto& x : say({&c, 1}))
      got.push_back(std::move(x));
  BOOST_TEST((got == all{std::string{who}, "add t/c", "ping"}));
}

BOOST_AUTO_TEST_CASE(a_body_is_no_line) {
  // Its size has a newline in it, and so has the body.
  auto body = std::string{who};
  body.insert(1, std::string(0x0a0a - body.size(), '\n'));
  BOOST_TEST((say("  V1IDENTIFY\n\0\0\x0a\x0a"s + body + "PING\n")
              == all{std::string{who}, "ping"}));
}

BOOST_AUTO_TEST_CASE(keeps_256_bytes_of_what_a_node_calls_itself) {
  const std::string long_text(300, 'x');
  const auto body
    = R"({"broadcast_address":")" + long_text + R"(","hostname":")" + long_text
      + R"(","http_port":1,"tcp_port":2,"version":")" + long_text + R"("})";
  session.feed("  V1IDENTIFY\n\0\0"s + static_cast<char>(body.size() / 256)
               + static_cast<char>(body.size() % 256) + body);
  const auto x
    = std::get<lookup_identity>(std::get<lookup_command>(session.next()));
  for (const auto& text : {x.broadcast_address, x.hostname, x.version})
    BOOST_TEST(text == long_text.substr(0, 256));
}

BOOST_AUTO_TEST_CASE(ends_with_the_first_violation) {
  BOOST_TEST((say("  V1PING\nFOO\nPING\n")
              == all{"ping", "!E_INVALID invalid command FOO"}));
  BOOST_TEST(say("PING\n").empty());
  BOOST_TEST(session.held() < 100U);
  BOOST_TEST(!session.end_of_input());
}

BOOST_AUTO_TEST_CASE(has_a_bound_for_lines) {
  const std::string longest(lookupd_session::max_line - 5, ' ');
  BOOST_TEST((say("  V1" + longest + "PING\n") == all{"ping"}));
  BOOST_TEST(say(longest + "PING").empty());
  BOOST_TEST((say("x") == all{"!E_INVALID command too long"}));
}

BOOST_AUTO_TEST_CASE(has_a_bound_for_bodies) {
  session.feed("  V1IDENTIFY\n\0\0\x40\x00"s);
  BOOST_TEST(say("").empty());
  BOOST_TEST((say(std::string(lookupd_session::max_body, ' '))
              == all{"!E_BAD_BODY IDENTIFY failed to decode JSON body"}));
  session = lookupd_session{};
  BOOST_TEST((say("  V1IDENTIFY\n\0\0\x40\x01"s)
              == all{"!E_BAD_BODY IDENTIFY body too big 16385 > 16384"}));
  session = lookupd_session{};
  BOOST_TEST((say("  V1IDENTIFY\n\xff\xff\xff\xff"s)
              == all{"!E_BAD_BODY IDENTIFY invalid body size -1"}));
}

BOOST_AUTO_TEST_CASE(says_what_half_a_command_is) {
  session.feed("  V1IDENTIFY\n\0"s);
  BOOST_TEST(say("").empty());
  BOOST_TEST(session.end_of_input()->text
             == "E_BAD_BODY IDENTIFY failed to read body size");
  BOOST_TEST(!session.end_of_input());
  session = lookupd_session{};
  BOOST_TEST(say("  V1IDENTIFY\n\0\0\0\1"s).empty());
  BOOST_TEST(session.end_of_input()->text
             == "E_BAD_BODY IDENTIFY failed to read body");
  session = lookupd_session{};
  BOOST_TEST(say("  V1PIN").empty());
  BOOST_TEST(!session.end_of_input());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
