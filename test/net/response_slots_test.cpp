#include "net/nsq/response_slots.hpp"

#include "test/net/frames.hpp"
#include "test/support/seed.hpp"

#include <boost/test/unit_test.hpp>

namespace cafq {

namespace {

using protocol::command_name;
using test::frames_in;
using frames = std::vector<std::string>;

struct fixture {
  /// Returns the frames that may leave now.
  frames drain() {
    std::vector<char> out;
    open = uut.drain(out);
    BOOST_TEST(uut.invariant());
    return frames_in(out);
  }

  response_slots uut;
  /// Whether the connection goes on.
  bool open = true;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(response_slots_tests, fixture)

BOOST_AUTO_TEST_CASE(tickets_differ_and_are_never_zero) {
  const auto x = uut.new_ticket();
  const auto y = uut.new_ticket();
  BOOST_TEST(x != 0u);
  BOOST_TEST(y != 0u);
  BOOST_TEST(x != y);
}

BOOST_AUTO_TEST_CASE(nothing_leaves_before_its_answer) {
  const auto t = uut.new_ticket();
  uut.wait(t, command_name::pub);
  BOOST_TEST(drain() == frames{});
  BOOST_TEST(!uut.empty());
  uut.resolve(t);
  BOOST_TEST(drain() == (frames{"OK"}));
  BOOST_TEST(uut.empty());
}

BOOST_AUTO_TEST_CASE(an_ok_is_these_bytes) {
  const auto t = uut.new_ticket();
  uut.wait(t, command_name::pub);
  uut.resolve(t);
  std::vector<char> out;
  BOOST_TEST(uut.drain(out));
  const std::string expected{"\0\0\0\x06\0\0\0\0OK", 10};
  BOOST_TEST((std::string{out.begin(), out.end()} == expected));
}

BOOST_AUTO_TEST_CASE(each_command_of_a_ticket_gets_its_ok) {
  const auto t = uut.new_ticket();
  for (int i = 0; i < 3; ++i)
    uut.wait(t, command_name::pub);
  uut.wait(t, command_name::mpub);
  // Like ones in a row share a slot.
  BOOST_TEST(uut.size() == 2u);
  uut.resolve(t);
  BOOST_TEST(drain() == (frames{"OK", "OK", "OK", "OK"}));
}

BOOST_AUTO_TEST_CASE(answers_leave_in_the_order_of_the_commands) {
  const auto x = uut.new_ticket();
  const auto y = uut.new_ticket();
  uut.wait(x, command_name::pub);
  uut.wait(y, command_name::pub);
  uut.answer(test::response("later"));
  uut.resolve(y);
  BOOST_TEST(drain() == frames{});
  uut.resolve(x);
  BOOST_TEST(drain() == (frames{"OK", "OK", "later"}));
}

BOOST_AUTO_TEST_CASE(tickets_that_take_turns_keep_the_order) {
  const auto x = uut.new_ticket();
  const auto y = uut.new_ticket();
  uut.wait(x, command_name::pub);
  uut.wait(y, command_name::pub);
  uut.wait(x, command_name::pub);
  BOOST_TEST(uut.size() == 3u);
  uut.resolve(x);
  BOOST_TEST(drain() == (frames{"OK"}));
  uut.resolve(y);
  BOOST_TEST(drain() == (frames{"OK", "OK"}));
}

BOOST_AUTO_TEST_CASE(an_answer_to_nobody_is_ignored) {
  uut.resolve(77);
  uut.refuse(77, "x");
  uut.fail(77, {"x", true});
  BOOST_TEST(drain() == frames{});
  BOOST_TEST(open);
}

BOOST_AUTO_TEST_CASE(an_answer_may_be_no_frame_at_all) {
  const auto t = uut.new_ticket();
  uut.wait(t, command_name::nop);
  uut.answer(test::response("next"));
  uut.resolve(t, {});
  BOOST_TEST(drain() == (frames{"next"}));
}

BOOST_AUTO_TEST_CASE(an_answer_may_be_several_frames) {
  const auto t = uut.new_ticket();
  uut.wait(t, command_name::nop);
  uut.resolve(t, test::response("one") + test::response("two"));
  BOOST_TEST(drain() == (frames{"one", "two"}));
}

BOOST_AUTO_TEST_CASE(an_error_that_is_not_fatal_lets_the_rest_go_on) {
  uut.fail({"E_FIN_FAILED x", false});
  uut.answer(test::response("next"));
  BOOST_TEST(drain() == (frames{"!E_FIN_FAILED x", "next"}));
  BOOST_TEST(open);
}

BOOST_AUTO_TEST_CASE(nothing_follows_a_fatal_error) {
  const auto t = uut.new_ticket();
  uut.wait(t, command_name::pub);
  uut.fail({"E_INVALID x", true});
  uut.answer(test::response("next"));
  BOOST_TEST(drain() == frames{});
  BOOST_TEST(open);
  uut.resolve(t);
  BOOST_TEST(drain() == (frames{"OK", "!E_INVALID x"}));
  BOOST_TEST(!open);
  BOOST_TEST(uut.empty());
}

BOOST_AUTO_TEST_CASE(a_connection_may_end_without_a_frame) {
  uut.fail({});
  BOOST_TEST(drain() == frames{});
  BOOST_TEST(!open);
}

BOOST_AUTO_TEST_CASE(a_command_that_waits_can_fail) {
  const auto t = uut.new_ticket();
  uut.wait(t, command_name::sub);
  uut.fail(t, {"E_SUB_FAILED x", true});
  BOOST_TEST(drain() == (frames{"!E_SUB_FAILED x"}));
  BOOST_TEST(!open);
}

BOOST_AUTO_TEST_CASE(a_refusal_names_the_command) {
  const std::pair<command_name, std::string> expected[] = {
    {command_name::pub, "!E_PUB_FAILED PUB failed full"},
    {command_name::dpub, "!E_DPUB_FAILED DPUB failed full"},
    {command_name::mpub, "!E_MPUB_FAILED MPUB failed full"},
  };
  for (const auto& [name, frame] : expected) {
    const auto t = uut.new_ticket();
    uut.wait(t, name);
    uut.refuse(t, "full");
    BOOST_TEST(drain() == (frames{frame}));
    BOOST_TEST(!open);
  }
}

// -- memory -------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(bytes_are_those_of_the_slots_there_are) {
  BOOST_TEST(uut.bytes() == 0u);
  const auto t = uut.new_ticket();
  uut.wait(t, command_name::pub);
  const auto slot = uut.bytes();
  BOOST_TEST(slot > 0u);
  // Like ones share theirs.
  uut.wait(t, command_name::pub);
  BOOST_TEST(uut.bytes() == slot);
  uut.answer(std::string(1000, 'x'));
  BOOST_TEST(uut.bytes() == 2 * slot + 1000);
  uut.resolve(t, std::string(500, 'y'));
  BOOST_TEST(uut.bytes() == 2 * slot + 1500);
  std::vector<char> out;
  BOOST_TEST(uut.drain(out));
  BOOST_TEST(out.size() == 1500u);
  BOOST_TEST(uut.bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(the_end_leaves_no_bytes) {
  const auto t = uut.new_ticket();
  uut.wait(t, command_name::pub);
  uut.answer("behind it");
  uut.refuse(t, "no");
  drain();
  BOOST_TEST(!open);
  BOOST_TEST(uut.bytes() == 0u);
}

// Topics answer in any order.
BOOST_AUTO_TEST_CASE(each_command_is_answered_once) {
  test::dice random{test::seed()};
  BOOST_TEST_CONTEXT("CAFQ_SEED=" << test::seed()) {
    std::vector<response_slots::ticket> under_way;
    size_t asked = 0;
    size_t told = 0;
    for (int i = 0; i < 5'000; ++i) {
      if (random.one_in(3)) {
        under_way.push_back(uut.new_ticket());
        uut.wait(under_way.back(), command_name::pub);
        ++asked;
      } else if (!under_way.empty() && random.one_in(2)) {
        const auto at = random.below(under_way.size());
        uut.resolve(under_way[at]);
        under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(at));
      }
      BOOST_TEST_REQUIRE(uut.invariant());
      told += drain().size();
      BOOST_TEST_REQUIRE(told + uut.size() == asked);
    }
    for (const auto t : under_way)
      uut.resolve(t);
    drain();
    BOOST_TEST(uut.empty());
    BOOST_TEST(uut.bytes() == 0u);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq
