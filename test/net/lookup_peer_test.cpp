#include "test/net/discovery_world.hpp"

// How a LOOKUP PEER keeps its connection, as DISCOVERY and a nsqlookupd see it.

namespace cafq::test {

namespace {

using namespace std::chrono_literals;

/// Between attempts to connect: doubles from the first to the last.
constexpr std::chrono::milliseconds backoffs[]
  = {500ms, 1000ms, 2000ms, 4000ms, 8000ms, 15000ms, 15000ms};

struct fixture : discovery_world {
  fixture() {
    start({ann.address()});
  }

  /// Lets `time` pass, in which the peer is not to dial; then it does.
  void dials_after(caf::timespan time) {
    const auto before = peer("dials");
    pass(time - 1ms, 100ms);
    BOOST_TEST(peer("dials") == before);
    advance(1ms);
    BOOST_TEST(peer("dials") == before + 1);
  }

  /// Waits until the peer has noticed that there is no connection.
  void until_lost() {
    until([&] { return sockets() == 0; });
  }

  lookupd ann;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(lookup_peer_tests, fixture)

BOOST_AUTO_TEST_CASE(is_told_all_again_by_a_new_connection) {
  topic("t");
  topic("u");
  channel("u", "c");
  until_known(ann);
  until_hears(ann, "REGISTER t\nREGISTER u c\n");
  ann.hang_up();
  until_lost();
  BOOST_TEST(ready() == 0u);
  // Meanwhile.
  topic("t", false);
  channel("u", "d");
  topic("v");
  advance(500ms);
  until_known(ann);
  until_hears(ann, "REGISTER u c\nREGISTER u d\nREGISTER v\n");
  BOOST_TEST(peer("connects") == 2u);
}

BOOST_AUTO_TEST_CASE(tries_again_more_and_more_rarely) {
  for (const auto backoff : backoffs) {
    until([&] { return ann.accept(); });
    ann.hang_up();
    until_lost();
    dials_after(backoff);
  }
}

BOOST_AUTO_TEST_CASE(one_that_knew_us_is_tried_again_soon) {
  for (int i = 0; i < 3; ++i) {
    until([&] { return ann.accept(); });
    ann.hang_up();
    until_lost();
    pass(4s, 100ms);
  }
  until_known(ann);
  ann.hang_up();
  until_lost();
  dials_after(500ms);
}

BOOST_AUTO_TEST_CASE(an_address_where_nobody_listens_is_tried_again) {
  std::string nobody;
  {
    const lookupd gone;
    nobody = gone.address();
  }
  for (const auto& address : {nobody, std::string{"noport"}}) {
    set_addresses({address});
    until_lost();
    dials_after(500ms);
    until_lost();
    dials_after(1000ms);
  }
}

BOOST_AUTO_TEST_CASE(pings_when_there_is_nothing_else_to_say) {
  until_known(ann);
  for (int i = 0; i < 2; ++i) {
    pass(14s, 1s);
    BOOST_TEST(ann.news() == "");
    advance(1s);
    until_hears(ann, "PING\n");
    ann.say("OK");
    until([&] { return peer("unanswered") == 0; });
  }
}

BOOST_AUTO_TEST_CASE(one_that_does_not_answer_is_left) {
  topic("t");
  until_known(ann);
  until_hears(ann, "REGISTER t\n");
  pass(4s, 1s);
  BOOST_TEST(ready() == 1u);
  advance(1s);
  BOOST_TEST(ready() == 0u);
  until([&] { return ann.left(); });
  advance(500ms);
  until_known(ann);
  until_hears(ann, "REGISTER t\n");
}

BOOST_AUTO_TEST_CASE(one_that_answers_late_is_not_left) {
  for (const auto* name : {"t", "u", "v"})
    topic(name);
  until_known(ann);
  until_hears(ann, "REGISTER t\nREGISTER u\nREGISTER v\n");
  for (uint64_t left = 3; left-- > 0;) {
    pass(4s, 1s);
    ann.say("OK");
    until([&] { return peer("unanswered") == left; });
  }
  BOOST_TEST(ready() == 1u);
  BOOST_TEST(peer("connects") == 1u);
}

BOOST_AUTO_TEST_CASE(one_that_does_not_answer_identify_is_left) {
  until_met(ann);
  pass(5s, 1s);
  until([&] { return ann.left(); });
  BOOST_TEST(sockets() == 0u);
}

BOOST_AUTO_TEST_CASE(one_that_talks_rubbish_is_left) {
  until_met(ann);
  ann.say("OK");
  until([&] { return ann.left(); });
  dials_after(500ms);
  until_known(ann);
  // An answer to nothing.
  ann.say("OK");
  until([&] { return ann.left(); });
  BOOST_TEST(ready() == 0u);
}

BOOST_AUTO_TEST_CASE(one_that_does_not_read_is_left) {
  until_known(ann);
  // 16 MB and what the sockets take, as they come all at once.
  const std::string longest(64, 'x');
  topic(longest);
  for (int i = 0; i < 400'000 && ready() > 0; i += 1000) {
    for (int k = 0; k < 1000; ++k)
      self->send(discovery, atom::channel_v, longest, longest, true);
    run();
  }
  BOOST_TEST(ready() == 0u);
  BOOST_TEST(peer("pending_bytes") < 17'000'000u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
