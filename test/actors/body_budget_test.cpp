#include "actors/body_budget.hpp"

#include "test/support/seed.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace cafq::test {

namespace {

using namespace std::chrono_literals;

using claim_ptr = std::unique_ptr<body_claim>;

/// Room for 100 bytes.
struct fixture {
  claim_ptr ask(char name, size_t bytes) {
    return std::make_unique<body_claim>(budget, bytes,
                                        [this, name] { woken += name; });
  }

  std::shared_ptr<body_budget> budget = std::make_shared<body_budget>(100);
  size_t before = body_budget::bytes_in_memory();
  std::string woken;
  queue::time_point now{};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(body_budget_tests, fixture)

// -- room ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(gives_room_as_long_as_there_is) {
  const auto a = ask('a', 60);
  const auto b = ask('b', 40);
  const auto c = ask('c', 1);
  BOOST_TEST(a->granted());
  BOOST_TEST(b->granted());
  BOOST_TEST(!c->granted());
  BOOST_TEST(body_budget::bytes_in_memory() - before == 100u);
  BOOST_TEST(message_memory() >= body_budget::bytes_in_memory());
  BOOST_TEST(body_budget::waiting() == 1u);
}

BOOST_AUTO_TEST_CASE(room_goes_to_those_that_wait_in_turn) {
  auto a = ask('a', 100);
  const auto b = ask('b', 70);
  const auto c = ask('c', 40);
  const auto d = ask('d', 20);
  a.reset();
  // What would fit does not pass what came before it.
  BOOST_TEST(woken == "b");
  BOOST_TEST(b->granted());
  BOOST_TEST(!c->granted());
  BOOST_TEST(!d->granted());
}

BOOST_AUTO_TEST_CASE(messages_keep_the_room_and_are_counted_once) {
  auto a = ask('a', 60);
  const auto b = ask('b', 60);
  a->becomes_messages();
  BOOST_TEST(body_budget::bytes_in_memory() - before == 0u);
  BOOST_TEST(!b->granted());
  a.reset();
  BOOST_TEST(woken == "b");
  BOOST_TEST(body_budget::bytes_in_memory() - before == 60u);
}

BOOST_AUTO_TEST_CASE(one_that_comes_late_does_not_pass_the_line) {
  const auto a = ask('a', 60);
  const auto b = ask('b', 60);
  BOOST_TEST(!ask('c', 10)->granted());
}

BOOST_AUTO_TEST_CASE(one_that_leaves_the_line_lets_others_pass) {
  const auto a = ask('a', 60);
  auto b = ask('b', 60);
  const auto c = ask('c', 10);
  const auto d = ask('d', 30);
  b.reset();
  BOOST_TEST(woken == "cd");
  BOOST_TEST(body_budget::waiting() == 0u);
}

BOOST_AUTO_TEST_CASE(one_beyond_the_limit_has_room_alone) {
  auto a = ask('a', 10);
  const auto b = ask('b', 500);
  BOOST_TEST(!b->granted());
  a.reset();
  BOOST_TEST(b->granted());
  BOOST_TEST(!ask('c', 1)->granted());
}

BOOST_AUTO_TEST_CASE(all_is_given_back) {
  {
    const auto a = ask('a', 60);
    const auto b = ask('b', 60);
    const auto c = ask('c', 500);
  }
  BOOST_TEST(body_budget::bytes_in_memory() == before);
  BOOST_TEST(body_budget::waiting() == 0u);
  BOOST_TEST(ask('d', 100)->granted());
}

BOOST_AUTO_TEST_CASE(may_grow_while_nobody_waits) {
  auto a = ask('a', 50);
  BOOST_TEST(a->grow_to(50));
  BOOST_TEST(a->grow_to(80));
  BOOST_TEST(a->grow_to(500));
  a = ask('a', 50);
  const auto b = ask('b', 30);
  BOOST_TEST(!a->grow_to(71));
  BOOST_TEST(a->grow_to(70));
  BOOST_TEST(body_budget::bytes_in_memory() - before == 100u);
  const auto c = ask('c', 30);
  BOOST_TEST(!a->grow_to(71));
  // Nor is what fits given to one that is not in line.
  a = ask('a', 10);
  BOOST_TEST(c->granted());
}

// -- time ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(slow_is_only_one_for_which_others_wait) {
  const auto a = ask('a', 100);
  BOOST_TEST(!a->next_look().has_value());
  BOOST_TEST(!a->too_slow(now, 0));
  BOOST_TEST((a->next_look() == now + 2s));
  BOOST_TEST(!a->too_slow(now += 2s, 0));
  const auto b = ask('b', 1);
  BOOST_TEST(!a->too_slow(now += 1s, 0));
  BOOST_TEST(a->too_slow(now += 1s, 0));
}

BOOST_AUTO_TEST_CASE(fast_is_what_has_32_kb_each_second) {
  constexpr uint64_t enough = 2 * 32 * 1024;
  const auto a = ask('a', 100);
  BOOST_TEST(!a->too_slow(now, 1000));
  const auto b = ask('b', 1);
  BOOST_TEST(!a->too_slow(now += 2s, 1000 + enough));
  // From look to look.
  BOOST_TEST(!a->too_slow(now += 2s, 1000 + 2 * enough));
  BOOST_TEST(a->too_slow(now += 2s, 1000 + 3 * enough - 1));
}

BOOST_AUTO_TEST_CASE(the_more_wait_the_faster_it_has_to_be) {
  const auto a = ask('a', 100);
  std::vector<claim_ptr> others;
  for (int i = 0; i < 8; ++i)
    others.push_back(ask('b', 1));
  BOOST_TEST(!a->too_slow(now, 0));
  BOOST_TEST((a->next_look() == now + 1s));
  BOOST_TEST(!a->too_slow(now += 1s, 9 * 16 * 1024));
  BOOST_TEST(a->too_slow(now += 1s, 2 * 9 * 16 * 1024 - 1));
  for (int i = 0; i < 1000; ++i)
    others.push_back(ask('b', 1));
  (void)a->too_slow(now += 1s, 0);
  BOOST_TEST((a->next_look() == now + 500ms));
  BOOST_TEST(!a->too_slow(now += 500ms, 128 * 1024));
  BOOST_TEST(a->too_slow(now += 500ms, 2 * 128 * 1024 - 1));
}

BOOST_AUTO_TEST_CASE(small_ones_do_not_wait_for_large_ones) {
  const body_budgets all{1600};
  const auto ask_of = [&](size_t bytes) {
    return std::make_unique<body_claim>(all.of(bytes), bytes, [] {});
  };
  const auto a = ask_of(1200);
  const auto b = ask_of(101);
  BOOST_TEST(a->granted());
  BOOST_TEST(!b->granted());
  std::vector<claim_ptr> small;
  for (int i = 0; i < 4; ++i) {
    small.push_back(ask_of(100));
    BOOST_TEST(small.back()->granted());
  }
  BOOST_TEST(!ask_of(1)->granted());
}

BOOST_AUTO_TEST_CASE(one_that_shrinks_lets_the_next_in) {
  const auto a = ask('a', 80);
  const auto b = ask('b', 60);
  a->shrink_to(90);
  BOOST_TEST(woken == "");
  a->shrink_to(40);
  BOOST_TEST(woken == "b");
  BOOST_TEST(b->granted());
  BOOST_TEST(body_budget::bytes_in_memory() - before == 100u);
  a->becomes_messages();
  a->shrink_to(30);
  BOOST_TEST(body_budget::bytes_in_memory() - before == 60u);
}

BOOST_AUTO_TEST_CASE(the_bound_holds_for_any_steps) {
  dice random{seed()};
  BOOST_TEST_CONTEXT("CAFQ_SEED=" << seed()) {
    std::vector<claim_ptr> all;
    for (int i = 0; i < 20'000; ++i) {
      const auto which = random.below(12);
      if (which >= all.size()) {
        all.push_back(ask('x', random.between(1, 60)));
      } else if (auto& x = all[which]; !x->granted() || random.one_in(4)) {
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(which));
      } else if (random.one_in(2)) {
        x->shrink_to(random.between(1, 60));
      } else {
        static_cast<void>(x->grow_to(random.between(1, 60)));
      }
      BOOST_TEST_REQUIRE(budget->invariant());
      BOOST_TEST_REQUIRE(body_budget::bytes_in_memory() - before <= 100u);
    }
    all.clear();
    BOOST_TEST(body_budget::bytes_in_memory() == before);
    BOOST_TEST(body_budget::waiting() == 0u);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
