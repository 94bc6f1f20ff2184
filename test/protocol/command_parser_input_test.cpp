#include "net/protocol/command_parser.hpp"
#include "test/protocol/transcript.hpp"

#include <boost/test/unit_test.hpp>

namespace cafq::test {

using namespace protocol;

namespace {

struct fixture {
  limits rules;
  session client;
  command_parser parser{rules, client};

  /// Asks for the next command, which must be there.
  template <class Command>
  Command take() {
    const auto result = parser.next();
    const auto* what = std::get_if<command>(&result);
    BOOST_TEST_REQUIRE(what != nullptr);
    const auto* expected = std::get_if<Command>(what);
    BOOST_TEST_REQUIRE(expected != nullptr);
    return *expected;
  }

  void starve() {
    BOOST_TEST(std::holds_alternative<need_more>(parser.next()));
  }
};

bool lies_in(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data()
         && part.data() + part.size() <= whole.data() + whole.size();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(command_parser_input_tests, fixture)

BOOST_AUTO_TEST_CASE(does_not_copy_a_command_that_is_all_there) {
  const auto bytes = "PUB t\n" + sized("hello") + "MPUB m\n" + be(9) + be(1)
                     + sized("a");
  parser.feed(bytes);
  BOOST_TEST(lies_in(take<pub>().body, bytes));
  BOOST_TEST(lies_in(take<mpub_begin>().topic, bytes));
  BOOST_TEST(lies_in(take<mpub>().records, bytes));
  BOOST_TEST(parser.buffered() == 0u);
  BOOST_TEST(!parser.has_input());
}

BOOST_AUTO_TEST_CASE(copies_only_the_command_that_was_cut) {
  const auto first = "PUB t\n" + sized("hello").substr(0, 6);
  const auto second = "llo" + std::string{"PUB u\n"} + sized("you");
  parser.feed(first);
  starve();
  BOOST_TEST(parser.has_input());
  parser.feed(second);
  BOOST_TEST(take<pub>().body == "hello");
  BOOST_TEST(lies_in(take<pub>().body, second));
}

BOOST_AUTO_TEST_CASE(gives_memory_back_when_nothing_is_kept) {
  const auto bytes = "PUB t\n" + sized(std::string(100'000, 'x'));
  parser.feed({bytes.data(), 50'000});
  starve();
  BOOST_TEST(parser.buffered() >= 50'000u);
  parser.feed(std::string_view{bytes}.substr(50'000));
  BOOST_TEST(take<pub>().body.size() == 100'000u);
  starve();
  BOOST_TEST(parser.buffered() == 0u);
}

BOOST_AUTO_TEST_CASE(takes_no_memory_for_a_size_that_is_only_claimed) {
  const auto bytes = "MPUB m\n" + be(5'000'000) + be(1'000'000);
  parser.feed(bytes);
  parser.stash();
  static_cast<void>(take<mpub_begin>());
  starve();
  BOOST_TEST(parser.buffered() < 100u);
}

BOOST_AUTO_TEST_CASE(stashes_what_comes_behind_a_pending_command) {
  {
    const std::string bytes = "SUB t c\nRDY 3\nPUB t\n" + sized("x") + "NO";
    parser.feed(bytes);
    static_cast<void>(take<sub>());
    parser.stash();
  }
  {
    const std::string more = "P\nNOP\n";
    parser.feed(more);
    parser.stash();
  }
  client.subscribe();
  BOOST_TEST(take<rdy>().count == 3);
  BOOST_TEST(take<pub>().body == "x");
  static_cast<void>(take<nop>());
  BOOST_TEST(parser.has_input());
  static_cast<void>(take<nop>());
  BOOST_TEST(!parser.has_input());
  starve();
}

BOOST_AUTO_TEST_CASE(discards_what_was_sent_before_an_upgrade) {
  const auto bytes = "IDENTIFY\n" + sized("{}") + "PUB t\n" + sized("lost");
  parser.feed(bytes);
  static_cast<void>(take<identify>());
  parser.discard();
  BOOST_TEST(!parser.has_input());
  starve();
  parser.feed("NOP\n");
  static_cast<void>(take<nop>());
}

BOOST_AUTO_TEST_CASE(stays_dead_after_a_violation) {
  parser.feed("FOO\nNOP\n");
  BOOST_TEST(std::holds_alternative<violation>(parser.next()));
  parser.discard();
  parser.feed("NOP\n");
  starve();
  parser.stash();
  starve();
  BOOST_TEST(!parser.has_input());
  BOOST_TEST(parser.buffered() == 0u);
  BOOST_TEST(!parser.end_of_input().has_value());
}

BOOST_AUTO_TEST_CASE(refuses_sub_without_heartbeats) {
  client.set_heartbeats(false);
  parser.feed("SUB\n");
  const auto result = parser.next();
  const auto* bad = std::get_if<violation>(&result);
  BOOST_TEST_REQUIRE(bad != nullptr);
  BOOST_TEST(bad->text == "E_INVALID cannot SUB with heartbeats disabled");
  BOOST_TEST(bad->fatal);
}

BOOST_AUTO_TEST_CASE(asks_for_tls_only_until_it_is_there) {
  rules.tls_required = true;
  client.set_tls(true);
  parser.feed("NOP\n");
  static_cast<void>(take<nop>());
}

// Looking at everything again with each piece would take minutes.
BOOST_AUTO_TEST_CASE(looks_at_each_byte_of_a_large_mpub_once) {
  std::string records;
  constexpr uint32_t count = 1'000'000;
  for (uint32_t i = 0; i < count; ++i)
    records += sized("x");
  const auto bytes = "MPUB m\n" + be(5'000'004) + be(count) + records;
  std::string_view rest = bytes;
  parser.feed(rest.substr(0, 10));
  static_cast<void>(take<mpub_begin>());
  rest.remove_prefix(10);
  while (rest.size() > 100) {
    starve();
    parser.feed(rest.substr(0, 100));
    rest.remove_prefix(100);
  }
  starve();
  parser.feed(rest);
  // All of it is there before the first part is given out.
  std::string got;
  uint32_t in_parts = 0;
  while (in_parts + mpub_body::most_in_part < count) {
    const auto part = take<mpub_part>();
    BOOST_TEST_REQUIRE(part.count == mpub_body::most_in_part);
    in_parts += part.count;
    got += part.records;
  }
  const auto last = take<mpub>();
  BOOST_TEST(last.count == count - in_parts);
  BOOST_TEST(last.all == count);
  BOOST_TEST(last.body_bytes == count);
  got += last.records;
  BOOST_TEST((got == records));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
