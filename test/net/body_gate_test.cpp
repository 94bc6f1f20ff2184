#include "net/client/body_gate.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

constexpr size_t large = size_t{1} << 20U;
constexpr size_t some = large / 2;
const queue::time_point now{1h};

struct fixture {
  bool admits(body_gate& to, size_t size, size_t arrived) {
    return to.admits(budget, size, arrived, [this] { ++woken; });
  }

  /// Room for one large body.
  body_budgets budget{std::make_shared<body_budget>(large + large / 2)};
  int woken = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(body_gate_tests, fixture)

BOOST_AUTO_TEST_CASE(small_bodies_and_promises_need_no_room) {
  body_gate uut;
  BOOST_TEST(admits(uut, body_budget::small, body_budget::small));
  BOOST_TEST(admits(uut, large, body_budget::beginning));
  BOOST_TEST(uut.closed());
  BOOST_TEST(uut.grow_to(large));
  BOOST_TEST(!uut.take());
}

BOOST_AUTO_TEST_CASE(a_large_body_waits_for_those_before_it) {
  body_gate first;
  body_gate second;
  BOOST_TEST(admits(first, large, some));
  BOOST_TEST(first.open());
  BOOST_TEST(!admits(second, large, some));
  BOOST_TEST(second.waiting());
  BOOST_TEST(!second.fresh());
  first.close();
  BOOST_TEST(woken == 1);
  BOOST_TEST(second.open());
  BOOST_TEST(admits(second, large, some));
}

BOOST_AUTO_TEST_CASE(what_waits_was_not_counted_and_is_not_taken_off) {
  const auto before = body_budget::bytes_in_memory();
  body_gate first;
  body_gate second;
  BOOST_TEST(admits(first, large, some));
  BOOST_TEST(!admits(second, large, some));
  second.becomes_messages();
  BOOST_TEST(body_budget::bytes_in_memory() == before + large);
  second.close();
  first.close();
  BOOST_TEST(body_budget::bytes_in_memory() == before);
}

BOOST_AUTO_TEST_CASE(its_time_begins_with_the_room) {
  body_gate uut;
  BOOST_TEST(admits(uut, large, some));
  BOOST_TEST(uut.fresh());
  BOOST_TEST(!uut.next_look());
  uut.begin(now, some);
  BOOST_TEST(!uut.fresh());
  BOOST_TEST_REQUIRE(uut.next_look().has_value());
  // Nobody else wants its room.
  BOOST_TEST(!uut.too_slow(*uut.next_look(), some));
}

BOOST_AUTO_TEST_CASE(one_that_hardly_comes_goes_if_others_wait) {
  body_gate slow;
  body_gate other;
  BOOST_TEST(admits(slow, large, some));
  slow.begin(now, some);
  BOOST_TEST(!admits(other, large, some));
  BOOST_TEST(slow.too_slow(*slow.next_look(), some + 1));
}

BOOST_AUTO_TEST_CASE(a_longer_body_needs_more) {
  body_gate uut;
  BOOST_TEST(admits(uut, large, some));
  BOOST_TEST(uut.grow_to(large + 1));
  body_gate other;
  BOOST_TEST(!admits(other, large, some));
  BOOST_TEST(!uut.grow_to(2 * large));
}

BOOST_AUTO_TEST_CASE(messages_keep_the_room_until_they_are_taken) {
  body_gate uut;
  BOOST_TEST(admits(uut, large, some));
  auto claim = uut.take();
  BOOST_TEST((claim != nullptr));
  BOOST_TEST(uut.closed());
  body_gate other;
  BOOST_TEST(!admits(other, large, some));
  claim.reset();
  BOOST_TEST(other.open());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
