#include "actors/memory_ledger.hpp"

#include "actors/queue/block.hpp"
#include "test/support/seed.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace cafq {

namespace {

struct fixture {
  /// A queue that holds so much, and notes that it was asked.
  std::unique_ptr<memory_ledger::account>
  open(const std::string& name, size_t bytes, storable what = storable::yes) {
    auto result = std::make_unique<memory_ledger::account>(
      uut, name, what, [this, name] { asked.push_back(name); });
    result->holds(bytes, now += 1s);
    return result;
  }

  /// The limit at which so much of it is in use.
  [[nodiscard]] size_t limit_at(double part) const {
    return static_cast<size_t>(
      static_cast<double>(queue::block::bytes_in_memory()) / part);
  }

  std::shared_ptr<memory_ledger> uut = std::make_shared<memory_ledger>();
  std::vector<std::string> asked;
  queue::time_point now{};
  /// Something that takes memory.
  std::string body = std::string(1'000'000, 'x');
  std::string_view view{body};
  queue::block_ptr block = queue::block::make({&view, 1}, 0);
};

using names = std::vector<std::string>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(memory_ledger_tests, fixture)

BOOST_AUTO_TEST_CASE(one_that_writes_much_does_not_stop_the_others) {
  using writer = memory_ledger::writer;
  constexpr size_t mb = size_t{1} << 20U;
  const auto much = std::make_shared<writer>(uut);
  const auto other = std::make_shared<writer>(uut);
  auto all = std::make_unique<memory_ledger::claim>(much, 64 * mb, 0);
  BOOST_TEST(uut->writing_enough());
  BOOST_TEST(much->enough());
  BOOST_TEST(!other->enough());
  const memory_ledger::claim some{other, 15 * mb, 0};
  BOOST_TEST(!other->enough());
  const memory_ledger::claim more{other, mb, 0};
  BOOST_TEST(other->enough());
  all.reset();
  BOOST_TEST(!much->enough());
  BOOST_TEST(!other->enough());
}

BOOST_AUTO_TEST_CASE(rows_on_their_way_have_a_share_of_their_own) {
  using writer = memory_ledger::writer;
  const auto before = memory_ledger::all_bookkeeping();
  const auto much = std::make_shared<writer>(uut);
  const auto other = std::make_shared<writer>(uut);
  auto all = std::make_unique<memory_ledger::claim>(much, 1000, 800);
  const memory_ledger::claim some{other, 100, 100};
  BOOST_TEST(memory_ledger::all_bookkeeping() == before + 900);
  BOOST_TEST(!much->enough_rows(1000));
  BOOST_TEST(much->enough_rows(800));
  BOOST_TEST(!other->enough_rows(800));
  all.reset();
  BOOST_TEST(!much->enough_rows(800));
  BOOST_TEST(memory_ledger::all_bookkeeping() == before + 100);
}

BOOST_AUTO_TEST_CASE(asks_nobody_while_there_is_memory) {
  const auto x = open("a", 1'000'000);
  uut->relieve(limit_at(0.7), now);
  BOOST_TEST(asked.empty());
}

BOOST_AUTO_TEST_CASE(asks_those_first_that_were_not_used_for_longest) {
  const auto a = open("a", 200'000);
  const auto b = open("b", 200'000);
  const auto c = open("c", 200'000);
  a->holds(200'000, now += 1s);
  // 0.3 of it are to go.
  uut->relieve(limit_at(0.8), now);
  BOOST_TEST(asked == (names{"b", "c"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(asks_on_when_those_asked_have_answered) {
  const auto a = open("a", 400'000);
  const auto b = open("b", 400'000);
  uut->relieve(limit_at(0.8), now += 1s);
  BOOST_TEST(asked.size() == 1U);
  uut->relieve(limit_at(0.8), now += 20ms);
  BOOST_TEST(asked.size() == 1U);
  a->gave_up(0, now);
  uut->relieve(limit_at(0.8), now += 20ms);
  BOOST_TEST(asked == (names{"a", "b"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(does_not_wait_for_one_that_has_ended_or_is_slow) {
  auto a = open("a", 400'000);
  const auto b = open("b", 400'000);
  const auto c = open("c", 400'000);
  uut->relieve(limit_at(0.8), now += 1s);
  a.reset();
  uut->relieve(limit_at(0.8), now += 20ms);
  BOOST_TEST(asked.size() == 2U);
  uut->relieve(limit_at(0.8), now += 1s);
  BOOST_TEST(asked == (names{"a", "b", "c"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(asks_nobody_while_the_disk_has_enough_to_do) {
  const auto a = open("a", 400'000);
  auto claim = std::make_shared<memory_ledger::claim>(
    uut, memory_ledger::claim::kind::writing, size_t{64} << 20U);
  BOOST_TEST(uut->writing_enough());
  uut->relieve(limit_at(0.8), now += 1s);
  BOOST_TEST(asked.empty());
  claim.reset();
  BOOST_TEST(!uut->writing_enough());
  uut->relieve(limit_at(0.8), now += 1s);
  BOOST_TEST(asked.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_read_at_a_time_is_bounded_in_all) {
  const auto limit = limit_at(0.5);
  size_t all = 0;
  std::vector<std::shared_ptr<memory_ledger::claim>> reading;
  while (const auto spare = uut->spare(limit)) {
    all += spare;
    reading.push_back(std::make_shared<memory_ledger::claim>(
      uut, memory_ledger::claim::kind::reading, spare));
  }
  BOOST_TEST(reading.size() > 4U);
  BOOST_TEST(queue::block::bytes_in_memory() + all <= limit / 4 * 3);
  reading.clear();
  BOOST_TEST(uut->spare(limit) > 0U);
}

BOOST_AUTO_TEST_CASE(never_asks_for_what_cannot_be_stored) {
  const auto a = open("a", 1'000'000, storable::no);
  uut->relieve(limit_at(0.9), now);
  BOOST_TEST(asked.empty());
  BOOST_TEST(uut->unstorable() == 1'000'000U);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_stored_has_a_share) {
  auto a = open("a", 700, storable::no);
  const auto b = open("b", 200, storable::no);
  BOOST_TEST(a->may_grow(1000));
  a->holds(900, now);
  BOOST_TEST(!a->may_grow(1000));
  // One with less than its part may still grow.
  BOOST_TEST(b->may_grow(1000));
  a.reset();
  BOOST_TEST(uut->unstorable() == 200U);
}

BOOST_AUTO_TEST_CASE(what_is_in_flight_has_a_share) {
  const auto before = memory_ledger::all_bookkeeping();
  auto a = std::make_unique<memory_ledger::bookkeeping>(uut);
  memory_ledger::bookkeeping b{uut};
  a->takes(90'000, 70'000);
  b.takes(10'000, 5'000);
  BOOST_TEST(a->may_grow(100'000));
  a->takes(200'000, 110'000);
  BOOST_TEST(!a->may_grow(100'000));
  // One with less than its part may still grow.
  BOOST_TEST(b.may_grow(100'000));
  // What is ready keeps nobody from giving it out.
  a->takes(200'000, 0);
  BOOST_TEST(a->may_grow(100'000));
  BOOST_TEST(memory_ledger::all_bookkeeping() - before > 200'000U);
  a.reset();
  BOOST_TEST(memory_ledger::all_bookkeeping() - before < 10'001U);
}

BOOST_AUTO_TEST_CASE(names_those_that_hold_most) {
  const auto a = open("channel t/a", 3U << 20U, storable::no);
  const auto b = open("topic t", 5U << 20U);
  const auto c = open("topic u", 0);
  BOOST_TEST(uut->holders()
             == "topic t 5 MiB, channel t/a 3 MiB that cannot be stored");
}

BOOST_AUTO_TEST_CASE(names_what_nobody_has_taken_yet) {
  const auto a = open("topic t", 1U << 20U);
  {
    const memory_ledger::claim some{uut, memory_ledger::claim::kind::waiting,
                                    2U << 20U};
    BOOST_TEST(uut->waiting() == 2U << 20U);
    BOOST_TEST(uut->holders() == "topic t 1 MiB, publishes that wait 2 MiB");
  }
  BOOST_TEST(uut->waiting() == 0U);
  BOOST_TEST(uut->holders() == "topic t 1 MiB");
}

BOOST_AUTO_TEST_CASE(tells_of_refused_publishes_for_a_while) {
  BOOST_TEST(uut->trouble(now) == "");
  uut->refused("full", now);
  BOOST_TEST(uut->trouble(now + 5s) == "full");
  BOOST_TEST(uut->trouble(now + 11s) == "");
}

BOOST_AUTO_TEST_CASE(who_writes_nothing_is_no_writer) {
  using writer = memory_ledger::writer;
  const auto much = std::make_shared<writer>(uut);
  auto nothing = std::make_unique<memory_ledger::claim>(much, 0, 0);
  auto some = std::make_unique<memory_ledger::claim>(much, 5, 7);
  nothing.reset();
  some.reset();
  BOOST_TEST(uut->invariant());
}

BOOST_AUTO_TEST_CASE(the_sums_are_right_after_any_steps) {
  test::dice random{test::seed()};
  BOOST_TEST_CONTEXT("CAFQ_SEED=" << test::seed()) {
    std::vector<std::unique_ptr<memory_ledger::account>> all;
    for (int i = 0; i < 5'000; ++i) {
      now += std::chrono::milliseconds{random.below(200)};
      const auto which = random.below(10);
      if (which >= all.size())
        all.push_back(open("q", random.below(20'000),
                           random.one_in(3) ? storable::no : storable::yes));
      else if (random.one_in(20))
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(which));
      else if (random.one_in(5))
        all[which]->holds(random.below(20'000), now);
      else if (random.one_in(3))
        uut->relieve(limit_at(0.9), now);
      BOOST_TEST_REQUIRE(uut->invariant());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq
