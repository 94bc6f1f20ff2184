#include "actors/queue/deadline_index.hpp"

#include "test/support/seed.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <vector>

using namespace std::chrono_literals;

namespace cafq::queue {

namespace {

constexpr auto grain = deadline_index::granularity;

/// Some time that is no multiple of the granularity.
constexpr auto t0 = time_point{} + 1h + 1ns;

struct item : deadline_hook {
  time_point deadline{};
};

} // namespace

BOOST_AUTO_TEST_SUITE(deadline_index_tests)

BOOST_AUTO_TEST_CASE(is_empty_at_first) {
  deadline_index uut;
  BOOST_TEST(uut.pop(t0) == nullptr);
  BOOST_TEST(!uut.next().has_value());
}

BOOST_AUTO_TEST_CASE(finds_nothing_before_its_deadline) {
  deadline_index uut;
  deadline_hook x;
  uut.insert(x, t0 + 1s);
  BOOST_TEST(uut.pop(t0) == nullptr);
  BOOST_TEST(uut.pop(t0 + 1s - 1ns) == nullptr);
}

BOOST_AUTO_TEST_CASE(finds_a_hook_within_the_granularity) {
  deadline_index uut;
  deadline_hook x;
  uut.insert(x, t0 + 1s);
  BOOST_TEST(uut.pop(t0 + 1s + grain - 1ns) == &x);
  BOOST_TEST(uut.pop(t0 + 1h) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_deadline_on_the_grid_is_exact) {
  deadline_index uut;
  deadline_hook x;
  const auto deadline = time_point{} + 1000 * grain;
  uut.insert(x, deadline);
  BOOST_TEST((uut.next() == deadline));
  BOOST_TEST(uut.pop(deadline - 1ns) == nullptr);
  BOOST_TEST(uut.pop(deadline) == &x);
}

BOOST_AUTO_TEST_CASE(next_is_when_pop_finds_something) {
  deadline_index uut;
  deadline_hook x;
  uut.insert(x, t0);
  BOOST_TEST_REQUIRE(uut.next().has_value());
  const auto next = *uut.next();
  BOOST_TEST((next >= t0));
  BOOST_TEST((next < t0 + grain));
  BOOST_TEST(uut.pop(next - 1ns) == nullptr);
  BOOST_TEST(uut.pop(next) == &x);
  BOOST_TEST(!uut.next().has_value());
}

BOOST_AUTO_TEST_CASE(pops_the_oldest_first) {
  deadline_index uut;
  deadline_hook x;
  deadline_hook y;
  deadline_hook z;
  uut.insert(y, t0 + 2s);
  uut.insert(x, t0 + 1s);
  uut.insert(z, t0 + 3s);
  BOOST_TEST(uut.pop(t0 + 4s) == &x);
  BOOST_TEST(uut.pop(t0 + 4s) == &y);
  BOOST_TEST(uut.pop(t0 + 4s) == &z);
}

BOOST_AUTO_TEST_CASE(pops_equal_deadlines_in_the_order_they_came) {
  deadline_index uut;
  deadline_hook xs[3];
  for (auto& x : xs)
    uut.insert(x, t0);
  for (auto& x : xs)
    BOOST_TEST(uut.pop(t0 + 1s) == &x);
}

BOOST_AUTO_TEST_CASE(an_erased_hook_is_not_found) {
  deadline_index uut;
  deadline_hook xs[3];
  for (auto& x : xs)
    uut.insert(x, t0);
  uut.erase(xs[1]);
  BOOST_TEST(uut.pop(t0 + 1s) == &xs[0]);
  BOOST_TEST(uut.pop(t0 + 1s) == &xs[2]);
  BOOST_TEST(uut.pop(t0 + 1s) == nullptr);
}

BOOST_AUTO_TEST_CASE(nothing_is_next_once_the_last_is_erased) {
  deadline_index uut;
  deadline_hook x;
  deadline_hook y;
  uut.insert(x, t0);
  uut.insert(y, t0);
  uut.erase(x);
  BOOST_TEST(uut.next().has_value());
  uut.erase(y);
  BOOST_TEST(!uut.next().has_value());
}

BOOST_AUTO_TEST_CASE(an_erased_hook_can_come_back) {
  deadline_index uut;
  deadline_hook x;
  uut.insert(x, t0);
  uut.erase(x);
  uut.insert(x, t0 + 1s);
  BOOST_TEST(uut.pop(t0 + 1s - 1ns) == nullptr);
  BOOST_TEST(uut.pop(t0 + 1s + grain) == &x);
}

BOOST_AUTO_TEST_CASE(clear_forgets_all_hooks) {
  deadline_index uut;
  deadline_hook x;
  deadline_hook y;
  uut.insert(x, t0);
  uut.insert(y, t0 + 1s);
  uut.clear();
  BOOST_TEST(!uut.next().has_value());
  BOOST_TEST(uut.pop(t0 + 1h) == nullptr);
}

BOOST_AUTO_TEST_CASE(agrees_with_a_naive_multimap) {
  BOOST_TEST_CONTEXT("CAFQ_SEED=" << test::seed()) {
    test::dice random{test::seed()};
    deadline_index uut;
    std::vector<std::unique_ptr<item>> items;
    std::multimap<time_point, item*> model;
    auto forget = [&](item* x) {
      auto [i, end] = model.equal_range(x->deadline);
      while (i != end && i->second != x)
        ++i;
      BOOST_TEST_REQUIRE((i != end), "found what is not in there");
      model.erase(i);
    };
    auto now = t0;
    for (int step = 0; step < 20'000; ++step) {
      const auto what = random.below(10);
      if (what < 5) {
        items.push_back(std::make_unique<item>());
        auto* x = items.back().get();
        // Few distinct values, so that many share a bucket.
        x->deadline = now + random.below(200) * 500us - 2ms;
        uut.insert(*x, x->deadline);
        model.emplace(x->deadline, x);
      } else if (what < 8 && !model.empty()) {
        auto i = model.begin();
        std::advance(i, random.below(std::min<size_t>(model.size(), 50)));
        uut.erase(*i->second);
        model.erase(i);
      } else {
        now += random.below(20) * 700us;
        while (auto* hook = uut.pop(now)) {
          auto* x = static_cast<item*>(hook);
          BOOST_TEST_REQUIRE((x->deadline <= now), "found too early");
          forget(x);
        }
        BOOST_TEST_REQUIRE(
          (model.empty() || model.begin()->first + grain > now),
          "found too late");
      }
      BOOST_TEST_REQUIRE(uut.next().has_value() == !model.empty());
      if (!model.empty()) {
        BOOST_TEST_REQUIRE((*uut.next() >= model.begin()->first));
        BOOST_TEST_REQUIRE((*uut.next() < model.begin()->first + grain));
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::queue
