#include "net/client/handshaker.hpp"

#include "test/support/deterministic_system.hpp"
#include "test/transport/pump.hpp"
#include "test/transport/tls_files.hpp"

#include <boost/test/unit_test.hpp>

#include <caf/event_based_actor.hpp>

namespace cafq::test {

namespace {

using namespace std::chrono_literals;
using transport::step;

struct fixture : deterministic_system {
  fixture() {
    files.make("server");
    what = std::make_shared<transport::tls_handshake>(
      transport::tls_context{files.serving()});
    // No step can go on behind this.
    what->feed("GET / HTTP/1.1\r\n\r\n");
  }

  ~fixture() {
    self->send_exit(shaker, caf::exit_reason::user_shutdown);
    run();
  }

  /// Has a step taken that waits for so long.
  step take_step(std::chrono::milliseconds wait) {
    BOOST_TEST_REQUIRE(what->begin_step(now()));
    advance(wait);
    self->send(shaker, what);
    run();
    what->end_step();
    return what->state();
  }

  tls_files files;
  handshaker_actor shaker = sys.spawn(handshaker);
  transport::handshake_ptr what;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(handshaker_tests, fixture)

BOOST_AUTO_TEST_CASE(takes_steps) {
  BOOST_TEST(take_step(2s) == step::failed);
  BOOST_TEST(what->error()
             == "tls: first record does not look like a TLS handshake");
}

BOOST_AUTO_TEST_CASE(refuses_who_waits_too_long) {
  BOOST_TEST(take_step(3s) == step::failed);
  BOOST_TEST(what->error() == "tls: too many handshakes");
}

BOOST_AUTO_TEST_CASE(refuses_nobody_who_has_begun) {
  BOOST_TEST_REQUIRE(what->begin_step(now()));
  what->end_step();
  what->feed("\r\n");
  BOOST_TEST(take_step(3s) == step::failed);
  BOOST_TEST(what->error()
             == "tls: first record does not look like a TLS handshake");
}

BOOST_AUTO_TEST_CASE(counts_as_all_others) {
  take_step(0s);
  const auto x = ask<actor_stat>(shaker, atom::stat_v).value();
  BOOST_TEST(x.kind == "handshaker");
  BOOST_TEST(x.handled > 0u);
  BOOST_TEST(x.figure(&handshaker_figures::steps) == 1u);
}

BOOST_AUTO_TEST_CASE(who_finds_nobody_to_take_steps_is_refused) {
  self->send_exit(shaker, caf::exit_reason::user_shutdown);
  run();
  bool told = false;
  sys.spawn([&](caf::event_based_actor* me) {
    cafq::take_step(me, shaker, what, [&] { told = true; });
  });
  run();
  BOOST_TEST(told);
  BOOST_TEST(what->state() == step::failed);
}

BOOST_AUTO_TEST_CASE(does_nothing_for_who_has_gone) {
  what->give_up();
  BOOST_TEST(take_step(0s) == step::hungry);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
