#include "actors/publish_line.hpp"

#include "actors/body_budget.hpp"
#include "test/support/messages.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

using tickets = std::vector<ticket>;

struct fixture {
  void add(ticket t, size_t size = 10) {
    batch_ptr x{new batch};
    x->items.push_back({block_of(0, {std::string(size, 'x')}), {}});
    uut.add(std::move(x), client_actor{}, t, now, memory);
  }

  static tickets names(const publish_line::list& x) {
    tickets result;
    for (const auto& y : x)
      result.push_back(y.answer_to);
    return result;
  }

  /// Lets as many go on.
  tickets admit(size_t room) {
    tickets result;
    uut.admit(
      now, [&](const publish_line::put&) { return room > 0; },
      [&](const publish_line::put& x) {
        --room;
        result.push_back(x.answer_to);
      });
    return result;
  }

  tickets overdue(bool memory_wanted = false) {
    return names(uut.overdue(now, memory_wanted));
  }

  static constexpr size_t large = body_budget::small + 1;

  std::shared_ptr<memory_ledger> memory = std::make_shared<memory_ledger>();
  queue::time_point now{1h};
  publish_line uut;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(publish_line_tests, fixture)

BOOST_AUTO_TEST_CASE(goes_on_in_order_while_there_is_room) {
  BOOST_TEST(uut.empty());
  add(1);
  add(2);
  add(3);
  BOOST_TEST(uut.size() == 3U);
  BOOST_TEST((uut.since() == now));
  BOOST_TEST(admit(2) == (tickets{1, 2}));
  BOOST_TEST(admit(2) == (tickets{3}));
  BOOST_TEST(uut.empty());
  BOOST_TEST((uut.since() == std::nullopt));
}

BOOST_AUTO_TEST_CASE(counts_as_what_waits) {
  add(1, 1000);
  BOOST_TEST(memory->waiting() >= 1000U);
  admit(1);
  BOOST_TEST(memory->waiting() == 0U);
}

BOOST_AUTO_TEST_CASE(all_are_given_up_when_nothing_moved_for_five_seconds) {
  add(1);
  now += 3s;
  add(2);
  now += 2s - 1ns;
  BOOST_TEST(overdue().empty());
  now += 1ns;
  BOOST_TEST(overdue() == (tickets{1, 2}));
  BOOST_TEST(uut.empty());
  BOOST_TEST(memory->waiting() == 0U);
}

BOOST_AUTO_TEST_CASE(one_that_goes_on_lets_the_others_wait_anew) {
  add(1);
  add(2);
  now += 4s;
  admit(1);
  now += 4s;
  BOOST_TEST(overdue().empty());
  now += 1s;
  BOOST_TEST(overdue() == (tickets{2}));
}

BOOST_AUTO_TEST_CASE(so_does_a_disk_that_gets_on) {
  add(1);
  now += 4s;
  uut.progress(now);
  now += 4s;
  BOOST_TEST(overdue().empty());
}

BOOST_AUTO_TEST_CASE(large_ones_wait_less_if_others_want_their_memory) {
  add(1, large);
  add(2);
  now += 100ms;
  add(3, large);
  now += 150ms;
  BOOST_TEST(overdue().empty());
  BOOST_TEST(overdue(true) == (tickets{1}));
  BOOST_TEST(overdue(true).empty());
  now += 100ms;
  BOOST_TEST(overdue(true) == (tickets{3}));
  BOOST_TEST(admit(9) == (tickets{2}));
}

BOOST_AUTO_TEST_CASE(large_ones_wait_on_while_something_moves) {
  add(1);
  add(2, large);
  now += 200ms;
  admit(1);
  now += 200ms;
  BOOST_TEST(overdue(true).empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
