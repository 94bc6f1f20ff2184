#include "actors/queue/consumer_set.hpp"

#include "net/protocol/contract.hpp"
#include "test/support/seed.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <ostream>
#include <vector>

namespace cafq::queue {

namespace {

consumer ready(consumer_id id, size_t rdy) {
  consumer result;
  result.id = id;
  result.rdy = rdy;
  return result;
}

/// What a consumer may be given.
struct allowance {
  size_t rdy;
  size_t in_flight;
  uint64_t given;
  uint64_t sent;
  size_t credit;
  size_t bytes;
};

std::ostream& operator<<(std::ostream& out, const allowance& x) {
  return out << "RDY " << x.rdy << ", in flight " << x.in_flight << ", given "
             << x.given << ", sent " << x.sent;
}

constexpr uint64_t window = 131072;

constexpr allowance allowances[] = {
  {0, 0, 0, 0, 0, window},
  {1, 0, 0, 0, 1, window},
  {10, 3, 0, 0, 7, window},
  {10, 10, 0, 0, 0, window},
  // RDY went below what is in flight.
  {1, 10, 0, 0, 0, window},
  {10, 0, 1000, 0, 10, window - 1000},
  {10, 0, window - 1, 0, 10, 1},
  {10, 0, window, 0, 0, 0},
  // The first message of a delivery always fits, so it may be exceeded.
  {10, 0, window + 1000, 1000, 0, 0},
  {10, 0, 10 * window, 9 * window + 1, 10, 1},
};

} // namespace

BOOST_AUTO_TEST_SUITE(consumer_set_tests)

BOOST_DATA_TEST_CASE(credit_is_bound_by_rdy_and_the_byte_window,
                     boost::unit_test::data::make(allowances)) {
  auto x = ready(1, sample.rdy);
  x.in_flight = sample.in_flight;
  x.given_bytes = sample.given;
  x.sent_bytes = sample.sent;
  BOOST_TEST(x.credit() == sample.credit);
  BOOST_TEST(x.credit_bytes() == sample.bytes);
}

BOOST_AUTO_TEST_CASE(is_to_report_each_half_window) {
  consumer x = ready(1, 1000);
  // With 34 bytes of a frame each.
  BOOST_TEST(x.gave(1, 66) == 0u);
  BOOST_TEST(x.gave(1, window / 2) == window / 2 + 134);
  BOOST_TEST(x.gave(2, 100) == 0u);
  BOOST_TEST(x.in_flight == 4u);
  BOOST_TEST(x.messages == 4u);
  BOOST_TEST(x.credit_bytes() == window / 2 - 302);
  x.took(window / 2 + 134);
  BOOST_TEST(x.credit_bytes() == window - 168);
  // A report that another overtook.
  x.took(1);
  BOOST_TEST(x.credit_bytes() == window - 168);
  x.has_less(3);
  BOOST_TEST(x.in_flight == 1u);
  BOOST_CHECK_THROW(x.has_less(2), broken_contract);
  BOOST_CHECK_THROW(x.took(window), broken_contract);
}

BOOST_AUTO_TEST_CASE(all_credit_is_what_each_may_be_given) {
  consumer_set uut;
  BOOST_TEST(uut.credit() == 0u);
  uut.add(ready(1, 3));
  uut.add(ready(2, 4)).in_flight = 2;
  uut.add(ready(3, 0));
  BOOST_TEST(uut.credit() == 5u);
}

BOOST_AUTO_TEST_CASE(shares_evenly_and_what_is_left_again) {
  fair_share uut;
  // 10 messages, 4 in line.
  BOOST_TEST(uut.next(10, 4) == 3u);
  BOOST_TEST(uut.next(7, 4) == 3u);
  BOOST_TEST(uut.next(6, 4) == 3u);
  BOOST_TEST(uut.next(5, 4) == 3u);
  // A round is over.
  BOOST_TEST(uut.next(5, 2) == 3u);
  BOOST_TEST(uut.next(2, 2) == 3u);
  BOOST_TEST(uut.next(1, 0) == 1u);
}

BOOST_AUTO_TEST_CASE(finds_what_was_added) {
  consumer_set uut;
  BOOST_TEST(uut.find(7) == nullptr);
  auto& x = uut.add(ready(7, 3));
  BOOST_TEST(uut.find(7) == &x);
  BOOST_TEST(x.rdy == 3u);
  BOOST_TEST(uut.find(8) == nullptr);
  BOOST_TEST(uut.size() == 1u);
}

BOOST_AUTO_TEST_CASE(removes_once) {
  consumer_set uut;
  uut.add(ready(7, 3));
  BOOST_TEST(uut.remove(7));
  BOOST_TEST(!uut.remove(7));
  BOOST_TEST(uut.find(7) == nullptr);
  BOOST_TEST(uut.size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_consumer_without_credit_does_not_stand_in_line) {
  consumer_set uut;
  uut.line_up(uut.add(ready(1, 0)));
  BOOST_TEST(uut.waiting() == 0u);
  BOOST_TEST(uut.next() == nullptr);
}

BOOST_AUTO_TEST_CASE(a_consumer_stands_in_line_once) {
  consumer_set uut;
  auto& x = uut.add(ready(1, 1));
  uut.line_up(x);
  uut.line_up(x);
  BOOST_TEST(uut.waiting() == 1u);
  BOOST_TEST(uut.next() == &x);
  BOOST_TEST(uut.next() == nullptr);
}

BOOST_AUTO_TEST_CASE(serves_in_the_order_of_the_line) {
  consumer_set uut;
  auto& x = uut.add(ready(1, 1));
  auto& y = uut.add(ready(2, 1));
  auto& z = uut.add(ready(3, 1));
  uut.line_up(z);
  uut.line_up(x);
  uut.line_up(y);
  BOOST_TEST(uut.next() == &z);
  BOOST_TEST(uut.next() == &x);
  BOOST_TEST(uut.next() == &y);
}

BOOST_AUTO_TEST_CASE(skips_who_lost_the_credit_in_line) {
  consumer_set uut;
  auto& x = uut.add(ready(1, 1));
  auto& y = uut.add(ready(2, 1));
  uut.line_up(x);
  uut.line_up(y);
  x.rdy = 0;
  BOOST_TEST(uut.next() == &y);
  // It is out of the line and may come back.
  x.rdy = 1;
  uut.line_up(x);
  BOOST_TEST(uut.next() == &x);
}

BOOST_AUTO_TEST_CASE(who_is_removed_leaves_the_line) {
  consumer_set uut;
  uut.line_up(uut.add(ready(1, 1)));
  auto& y = uut.add(ready(2, 1));
  uut.line_up(y);
  uut.remove(1);
  BOOST_TEST(uut.waiting() == 1u);
  BOOST_TEST(uut.next() == &y);
  BOOST_TEST(uut.next() == nullptr);
}

BOOST_AUTO_TEST_CASE(nobody_with_credit_starves) {
  consumer_set uut;
  // However large the RDY of the others is.
  const std::map<consumer_id, size_t> credits{
    {1, 1}, {2, 10}, {3, 2500}, {4, 1}, {5, 100}};
  for (auto [id, rdy] : credits)
    uut.line_up(uut.add(ready(id, rdy)));
  std::map<consumer_id, size_t> turns;
  for (int i = 0; i < 500; ++i) {
    auto* x = uut.next();
    BOOST_TEST_REQUIRE(x != nullptr);
    ++turns[x->id];
    // It is given a message, which it finishes at once.
    uut.line_up(*x);
  }
  for (auto [id, rdy] : credits)
    BOOST_TEST(turns[id] == 100u);
}

BOOST_AUTO_TEST_CASE(whoever_has_credit_is_in_line_after_any_steps) {
  test::dice random{test::seed()};
  BOOST_TEST_CONTEXT("CAFQ_SEED=" << test::seed()) {
    consumer_set uut;
    for (int i = 0; i < 5'000; ++i) {
      const consumer_id id = random.between(1, 6);
      auto* x = uut.find(id);
      if (!x) {
        uut.add(ready(id, 0));
      } else if (random.one_in(10)) {
        uut.remove(id);
      } else if (random.one_in(2)) {
        x->rdy = random.below(5);
        uut.line_up(*x);
      } else if (auto* y = uut.next()) {
        y->gave(std::min<size_t>(y->credit(), random.between(1, 3)), 10);
        uut.line_up(*y);
      } else if (x->in_flight > 0) {
        x->took(x->given_bytes);
        x->has_less(random.between(1, x->in_flight));
        uut.line_up(*x);
      }
      BOOST_TEST_REQUIRE(uut.invariant());
      for (const auto& [other, y] : uut)
        BOOST_TEST_REQUIRE((y.credit() == 0 || y.in_line),
                           "consumer " << other);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::queue
