// A queue and its store while somebody sets the wall clock.

#include "actors/queue/channel_queue.hpp"
#include "actors/queue_storage.hpp"
#include "test/persistence/support.hpp"
#include "test/queue/message_life.hpp"
#include "test/support/messages.hpp"
#include "test/support/seed.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>

using namespace std::chrono_literals;

namespace cafq::queue {

namespace {

using test::numbered;

/// The store answers at once.
struct clock_fixture {
  [[nodiscard]] int64_t wall_ns() const {
    return (now.time_since_epoch() + offset).count();
  }

  void set_clock(duration by) {
    offset += by;
    uut->set_clock(offset);
  }

  void defer(uint64_t number, duration delay, bool hold = false) {
    newest = number;
    uut->set_clock(offset);
    uut->defer(numbered(number), now + delay, hold);
  }

  void send_orders() {
    carry_out(*disk.store, id, uut->take_orders());
  }

  void talk() {
    uut->set_clock(offset);
    send_orders();
    while (auto x = uut->wanted_deferred(now)) {
      uut->loaded(read_due(*disk.store, id, *x));
      uut->set_clock(offset);
      send_orders();
    }
  }

  std::vector<uint64_t> take() {
    std::vector<consumer_id> timed_out;
    uut->expire(now, timed_out);
    std::vector<run> runs;
    uut->take({1, 1h, {}}, SIZE_MAX, SIZE_MAX, now, runs);
    return test::numbers_of(runs);
  }

  std::vector<uint64_t> take_after(duration by) {
    now += by;
    talk();
    return take();
  }

  void restart() {
    uut->set_clock(offset);
    uut->save();
    send_orders();
    test::commit_all(*disk.store);
    disk.reopen();
    start();
  }

  void start() {
    const auto x = disk.store->summary(id);
    uut = std::make_unique<channel_queue>(memory, offset);
    uut->resume(x.messages, x.deferred, newest);
  }

  test::store_fixture disk;
  queue_id id = disk.named_queue("t");
  size_t memory = 4;
  uint64_t newest = 0;
  time_point now = time_point{} + 1h;
  duration offset = 1'700'000'000s;
  std::unique_ptr<channel_queue> uut = std::make_unique<channel_queue>(memory,
                                                                       offset);
};

using numbers = std::vector<uint64_t>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(channel_queue_clock_tests, clock_fixture)

BOOST_AUTO_TEST_CASE(rows_tell_the_time_of_when_they_are_written) {
  for (const auto step : {-8h, 8h, 8h}) {
    set_clock(step);
    defer(1, 3s);
    const auto x = uut->take_orders();
    BOOST_TEST_REQUIRE(x.defer.size() == 1U);
    BOOST_TEST(x.defer[0].due_ns == wall_ns() + 3'000'000'000);
    uut->clear();
  }
}

BOOST_AUTO_TEST_CASE(delays_survive_a_step_and_a_restart) {
  for (const auto step : {-8h, 8h})
    for (const auto hold : {false, true}) {
      newest = 0;
      defer(1, 60s, hold);
      set_clock(step);
      defer(2, 50s, hold);
      restart();
      // What was written before the step is late or early by it.
      const auto moved = hold ? 0h : -step;
      numbers expected{2};
      if (moved < 0s)
        expected = {1, 2};
      auto found = take_after(50s);
      std::sort(found.begin(), found.end());
      BOOST_TEST(found == expected, boost::test_tools::per_element());
      uut->clear();
      id = disk.named_queue("t");
    }
}

BOOST_AUTO_TEST_CASE(a_step_leaves_alone_what_is_in_memory) {
  defer(1, 2s);
  talk(); // it is loaded
  defer(2, 10s, true);
  set_clock(-8h);
  talk();
  set_clock(1h);
  BOOST_TEST(take_after(1s).empty());
  BOOST_TEST(take_after(1s) == numbers{1}, boost::test_tools::per_element());
  BOOST_TEST(take_after(7s).empty());
  BOOST_TEST(take_after(1s) == numbers{2}, boost::test_tools::per_element());
  for (uint64_t x : {1U, 2U})
    BOOST_TEST((uut->finish(x, 1) == settled::ok));
  BOOST_TEST(take_after(10h).empty());
  send_orders();
  BOOST_TEST(disk.store->summary(id).deferred == 0U);
}

BOOST_AUTO_TEST_CASE(a_step_back_does_not_fill_the_memory) {
  defer(1, 2s);
  talk();
  set_clock(-8h);
  const auto before = block::bytes_in_memory();
  for (uint64_t n = 2; n < 2000; ++n)
    defer(n, 1h);
  talk();
  test::commit_all(*disk.store);
  BOOST_TEST(block::bytes_in_memory() == before);
  BOOST_TEST(take_after(2s) == numbers{1}, boost::test_tools::per_element());
  BOOST_TEST(!take_after(1h).empty());
}

/// Nothing is lost, and nothing comes twice, whatever the clock does.
BOOST_AUTO_TEST_CASE(random_steps) {
  const auto seed = static_cast<unsigned>(test::seed());
  BOOST_TEST_CONTEXT("CAFQ_SEED=" << seed) {
    std::mt19937_64 random{seed};
    const auto below = [&](uint64_t x) {
      return random() % x;
    };
    const auto some_delay = [&] {
      return std::chrono::milliseconds{1 + below(30'000)};
    };
    memory = below(2) == 0 ? 4 : 1000;
    start();
    std::set<uint64_t> waiting;
    std::set<uint64_t> in_flight;
    const auto deliver = [&] {
      for (auto x : take()) {
        BOOST_TEST_REQUIRE(waiting.erase(x) == 1U, "message " << x);
        in_flight.insert(x);
      }
    };
    const auto finish_one = [&](bool again) {
      if (in_flight.empty())
        return;
      const auto x = *std::next(
        in_flight.begin(), static_cast<ptrdiff_t>(below(in_flight.size())));
      uut->set_clock(offset);
      BOOST_TEST_REQUIRE(
        (again ? uut->requeue(x, 1, some_delay(), now, below(2) == 0)
               : uut->finish(x, 1))
        == settled::ok);
      in_flight.erase(x);
      if (again)
        waiting.insert(x);
    };
    uint64_t next = 1;
    for (int i = 0; i < 20'000; ++i) {
      switch (below(12)) {
        case 0:
        case 1:
        case 2:
          waiting.insert(next);
          defer(next++, some_delay(), below(2) == 0);
          break;
        case 3:
        case 4:
          now += std::chrono::milliseconds{below(1500)};
          deliver();
          break;
        case 5:
        case 6:
          finish_one(false);
          break;
        case 7:
          finish_one(true);
          break;
        case 8:
          uut->flush();
          uut->keep_copies(now);
          break;
        case 9:
          if (below(20) == 0)
            set_clock(std::chrono::milliseconds{below(60'000)} - 30s);
          break;
        case 10:
          if (below(200) == 0) {
            restart();
            waiting.merge(in_flight);
            in_flight.clear();
          }
          break;
        default:
          talk();
          test::commit_all(*disk.store);
          break;
      }
      BOOST_TEST_REQUIRE(uut->deferred() + uut->depth() + uut->in_flight()
                         == waiting.size() + in_flight.size());
    }
    for (int i = 0; i < 10'000 && !(waiting.empty() && in_flight.empty());
         ++i) {
      now += 1s;
      talk();
      deliver();
      while (!in_flight.empty())
        finish_one(false);
    }
    BOOST_TEST(waiting.empty());
    send_orders();
    test::commit_all(*disk.store);
    BOOST_TEST(disk.store->summary(id).deferred == 0U);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::queue
