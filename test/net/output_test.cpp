#include "net/loop/output.hpp"

#include "test/support/seed.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace cafq {

namespace {

void append(output& to, size_t bytes) {
  to.frames().insert(to.frames().end(), bytes, 'x');
}

} // namespace

BOOST_AUTO_TEST_SUITE(output_tests)

BOOST_AUTO_TEST_CASE(nothing_is_ready_at_first) {
  output uut;
  BOOST_TEST(uut.ready().empty());
  BOOST_TEST(uut.pending() == 0u);
  BOOST_TEST(!uut.due_report().has_value());
}

BOOST_AUTO_TEST_CASE(frames_are_ready_when_nothing_is_handed_out) {
  output uut;
  append(uut, 10);
  BOOST_TEST(!uut.ready().empty());
  BOOST_TEST(uut.pending() == 10u);
}

BOOST_AUTO_TEST_CASE(what_the_socket_took_is_gone) {
  output uut;
  append(uut, 10);
  uut.taken(10, 0);
  BOOST_TEST(uut.pending() == 0u);
  BOOST_TEST(uut.ready().empty());
  append(uut, 5);
  BOOST_TEST(!uut.ready().empty());
}

BOOST_AUTO_TEST_CASE(the_rest_has_to_leave_first) {
  output uut;
  append(uut, 10);
  uut.taken(4, 6);
  append(uut, 5);
  BOOST_TEST(uut.ready().empty());
  BOOST_TEST(uut.pending() == 11u);
  uut.gone(2);
  BOOST_TEST(uut.ready().empty());
  uut.gone(4);
  BOOST_TEST(!uut.ready().empty());
  BOOST_TEST(uut.pending() == 5u);
}

BOOST_AUTO_TEST_CASE(what_was_not_taken_comes_first) {
  output uut;
  uut.frames() = {'a', 'b', 'c', 'd', 'e'};
  BOOST_TEST(uut.ready() == "abcde");
  uut.taken(1, 2);
  uut.frames().push_back('f');
  BOOST_TEST(uut.ready() == "");
  BOOST_TEST(!uut.idle());
  BOOST_TEST(uut.pending() == 5u);
  uut.gone(2);
  BOOST_TEST(uut.ready() == "de");
  BOOST_TEST(!uut.idle());
  uut.taken(1, 1);
  BOOST_TEST(uut.ready() == "");
  uut.gone(1);
  BOOST_TEST(uut.idle());
  BOOST_TEST(uut.ready() == "f");
  uut.taken(1, 0);
  BOOST_TEST(uut.pending() == 0u);
  BOOST_TEST(uut.left() == 6u);
}

BOOST_AUTO_TEST_CASE(what_is_encoded_replaces_the_frames) {
  output uut;
  append(uut, 100);
  uut.report_when_sent(7);
  std::vector<char> wire(40, 'z');
  uut.encoded(wire, uut.frames().size());
  BOOST_TEST(wire.empty());
  append(uut, 5);
  BOOST_TEST(uut.pending() == 45u);
  BOOST_TEST(uut.ready() == std::string(40, 'z'));
  uut.taken(39, 1);
  BOOST_TEST(!uut.due_report().has_value());
  uut.gone(1);
  BOOST_TEST((uut.due_report() == 7u));
  BOOST_TEST(uut.idle());
}

BOOST_AUTO_TEST_CASE(frames_can_be_encoded_piece_by_piece) {
  output uut;
  append(uut, 60);
  uut.report_when_sent(6);
  append(uut, 90);
  uut.report_when_sent(15);
  std::vector<char> wire(40, 'y');
  uut.encoded(wire, 50);
  BOOST_TEST(uut.pending() == 140u);
  BOOST_TEST(uut.ready() == std::string(40, 'y'));
  uut.taken(40, 0);
  BOOST_TEST(!uut.due_report().has_value());
  BOOST_TEST(uut.idle());
  wire.assign(5, 'z');
  uut.encoded(wire, 50);
  BOOST_TEST(uut.ready() == std::string(5, 'z'));
  uut.taken(5, 0);
  BOOST_TEST((uut.due_report() == 6u));
  wire.assign(5, 'z');
  uut.encoded(wire, 50);
  uut.taken(5, 0);
  BOOST_TEST((uut.due_report() == 15u));
  BOOST_TEST(uut.pending() == 0u);
  BOOST_TEST(uut.left() == 50u);
}

BOOST_AUTO_TEST_CASE(a_long_burst_keeps_no_memory) {
  output uut;
  append(uut, 1'000'000);
  BOOST_TEST(uut.held() >= 1'000'000u);
  uut.taken(999'000, 1000);
  uut.gone(1000);
  BOOST_TEST(uut.held() == 0u);
}

BOOST_AUTO_TEST_CASE(no_more_is_gone_than_was_handed_out) {
  output uut;
  append(uut, 10);
  uut.taken(4, 6);
  uut.gone(100);
  BOOST_TEST(uut.pending() == 0u);
}

BOOST_AUTO_TEST_CASE(a_report_is_due_when_all_before_it_left) {
  output uut;
  append(uut, 10);
  uut.report_when_sent(7);
  append(uut, 10);
  uut.taken(9, 11);
  BOOST_TEST(!uut.due_report().has_value());
  uut.gone(1);
  BOOST_TEST((uut.due_report() == 7u));
  // Once.
  BOOST_TEST(!uut.due_report().has_value());
}

BOOST_AUTO_TEST_CASE(the_last_of_several_reports_stands_for_all) {
  output uut;
  for (uint64_t i = 1; i <= 3; ++i) {
    append(uut, 10);
    uut.report_when_sent(i);
  }
  uut.taken(25, 5);
  BOOST_TEST((uut.due_report() == 2u));
  uut.gone(5);
  BOOST_TEST((uut.due_report() == 3u));
}

BOOST_AUTO_TEST_CASE(a_report_counts_what_is_handed_out) {
  output uut;
  append(uut, 10);
  uut.taken(0, 10);
  append(uut, 5);
  uut.report_when_sent(7);
  uut.gone(10);
  BOOST_TEST(!uut.due_report().has_value());
  uut.taken(5, 0);
  BOOST_TEST((uut.due_report() == 7u));
}

BOOST_AUTO_TEST_CASE(a_report_behind_nothing_is_due) {
  output uut;
  uut.report_when_sent(7);
  BOOST_TEST((uut.due_report() == 7u));
}

BOOST_AUTO_TEST_CASE(discard_forgets_everything) {
  output uut;
  append(uut, 10);
  uut.taken(4, 6);
  append(uut, 5);
  uut.report_when_sent(7);
  uut.discard();
  BOOST_TEST(uut.pending() == 0u);
  BOOST_TEST(uut.ready().empty());
  BOOST_TEST(!uut.due_report().has_value());
}

BOOST_AUTO_TEST_CASE(shrink_gives_memory_back_but_no_frames) {
  output uut;
  append(uut, 100'000);
  uut.shrink();
  BOOST_TEST(uut.pending() == 100'000u);
  uut.taken(100'000, 0);
  uut.shrink();
  BOOST_TEST(uut.frames().capacity() == 0u);
}

// Sockets take what they want, and CAF tells of the rest when it likes.
BOOST_AUTO_TEST_CASE(each_byte_leaves_once_whatever_is_taken) {
  test::dice random{test::seed()};
  BOOST_TEST_CONTEXT("CAFQ_SEED=" << test::seed()) {
    output uut;
    uint64_t appended = 0;
    uint64_t reported = 0;
    for (int i = 0; i < 20'000; ++i) {
      const auto ready = uut.ready().size();
      if (random.one_in(3)) {
        const auto count = random.between(1, 100);
        append(uut, count);
        appended += count;
        uut.report_when_sent(appended);
      } else if (ready > 0) {
        const auto sent = random.between(0, ready);
        uut.taken(sent, random.one_in(2) ? random.between(0, ready - sent) : 0);
      } else {
        uut.gone(random.between(0, 50));
      }
      if (random.one_in(50))
        uut.shrink();
      if (const auto x = uut.due_report())
        reported = *x;
      BOOST_TEST_REQUIRE(uut.invariant());
      BOOST_TEST_REQUIRE(uut.left() + uut.pending() == appended);
      BOOST_TEST_REQUIRE(reported <= uut.left());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq
