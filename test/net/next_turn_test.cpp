#include "net/loop/next_turn.hpp"

#include "test/support/deterministic_system.hpp"

#include <boost/test/unit_test.hpp>

#include <caf/event_based_actor.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace cafq::test {

namespace {

/// A loop whose next turn comes when the test says so.
struct slow_loop {
  void post(std::function<void()> f) {
    posted.push_back(std::move(f));
  }

  void turn() {
    for (auto& f : std::exchange(posted, {}))
      f();
  }

  std::vector<std::function<void()>> posted;
};

/// An actor on it.
struct owner {
  slow_loop& backend() {
    return loop;
  }

  slow_loop loop;
  caf::actor me;
};

struct handle : caf::actor {
  explicit handle(owner* x) : caf::actor(x->me) {
    // nop
  }
};

struct fixture : deterministic_system {
  fixture() {
    who.me = sys.spawn([this] {
      return caf::behavior{[this](atom::turn) {
        ++turns;
      }};
    });
    run();
  }

  void pass_turn() {
    who.loop.turn();
    run();
  }

  owner who;
  next_turn uut;
  int turns = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(next_turn_tests, fixture)

BOOST_AUTO_TEST_CASE(comes_once_however_often_it_is_asked_for) {
  uut.ask<handle>(&who);
  uut.ask<handle>(&who);
  BOOST_TEST(uut.asked());
  run();
  BOOST_TEST(turns == 0);
  pass_turn();
  BOOST_TEST(turns == 1);
  pass_turn();
  BOOST_TEST(turns == 1);
}

BOOST_AUTO_TEST_CASE(can_be_asked_for_again_when_it_has_come) {
  uut.ask<handle>(&who);
  pass_turn();
  uut.came();
  BOOST_TEST(!uut.asked());
  uut.ask<handle>(&who);
  pass_turn();
  BOOST_TEST(turns == 2);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
