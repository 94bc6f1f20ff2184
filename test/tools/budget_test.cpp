#include "tools/cafq/bench/budget.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::literals;
using cafq::bench::budget;

namespace {

constexpr cafq::bench::time_point start{1h};

int take_all(budget& from, cafq::bench::time_point now) {
  int taken = 0;
  while (taken < 1000 && from.take(now))
    ++taken;
  return taken;
}

} // namespace

BOOST_AUTO_TEST_SUITE(budget_tests)

BOOST_AUTO_TEST_CASE(has_no_command_before_it_is_started) {
  budget commands{0};
  BOOST_TEST(!commands.take(start));
}

BOOST_AUTO_TEST_CASE(has_any_number_of_commands_without_a_rate) {
  budget commands{0};
  commands.start(start, start + 1s);
  BOOST_TEST(take_all(commands, start) == 1000);
}

BOOST_AUTO_TEST_CASE(ends_with_the_last_command) {
  budget commands{0};
  commands.start(start, 3);
  BOOST_TEST(take_all(commands, start) == 3);
  BOOST_TEST(commands.spent(start));
}

BOOST_AUTO_TEST_CASE(ends_with_the_time) {
  budget commands{0};
  commands.start(start, start + 5s);
  BOOST_TEST(commands.take(start + 4s));
  BOOST_TEST(!commands.take(start + 5s));
  BOOST_TEST(commands.spent(start + 5s));
}

BOOST_AUTO_TEST_CASE(gives_out_no_more_than_the_rate) {
  budget commands{100};
  commands.start(start, start + 1s);
  BOOST_TEST(take_all(commands, start) == 1);
  BOOST_TEST(take_all(commands, start + 95ms) == 9);
  BOOST_TEST(take_all(commands, start + 95ms) == 0);
  BOOST_TEST(!commands.spent(start + 95ms));
}

BOOST_AUTO_TEST_CASE(starts_anew) {
  budget commands{100};
  commands.start(start, start + 1s);
  BOOST_TEST(take_all(commands, start + 1s - 1ns) > 90);
  commands.start(start + 2s, 50);
  BOOST_TEST(take_all(commands, start + 2s) == 1);
  BOOST_TEST(take_all(commands, start + 3s) == 49);
}

BOOST_AUTO_TEST_SUITE_END()
