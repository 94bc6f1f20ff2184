#include "test/support/broker.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace std::chrono_literals;

// What topics and channels say they do, and whom they wait for.

namespace cafq::test {

namespace {

using cause = awaited::cause;

struct fixture : broker {
  template <class Handle>
  std::string state(const Handle& of) {
    return std::string{row_of(stat(of).state).word};
  }

  topic_actor t = topic();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(told_states_tests, fixture)

BOOST_AUTO_TEST_CASE(a_topic_without_channels_holds_what_comes) {
  BOOST_TEST(state(t) == "idle");
  publish({"a"});
  advance(3s);
  const auto told = stat(t);
  BOOST_TEST(row_of(told.state).word == "no channel");
  BOOST_TEST((told.waits_for.what == cause::client));
  const auto c = channel();
  BOOST_TEST(state(c) == "no consumer");
}

BOOST_AUTO_TEST_CASE(a_topic_tells_that_and_since_when_it_is_paused) {
  channel();
  pause(t, true);
  publish({"a"});
  advance(7s);
  const auto told = stat(t);
  BOOST_TEST(row_of(told.state).word == "paused");
  BOOST_TEST((told.in_state == 7s));
  BOOST_TEST((told.waits_for.what == cause::human));
  pause(t, false);
  publish({"b"});
  BOOST_TEST(state(t) == "flowing");
  advance(2s);
  BOOST_TEST(state(t) == "idle");
}

BOOST_AUTO_TEST_CASE(a_topic_names_the_channel_that_has_no_room) {
  node_settings settings;
  settings.mem_queue_size = 1;
  start(settings);
  t = topic();
  const auto c = channel();
  publish({"a"});
  publish({"b"});
  advance(1s);
  const auto told = stat(t);
  BOOST_TEST(row_of(told.state).word == "waits for channel");
  BOOST_TEST(told.waits_for.actor == c.id());
  BOOST_TEST((told.in_state == 1s));
  BOOST_TEST((told.age("publish") == 1s));
}

BOOST_AUTO_TEST_CASE(a_topic_that_holds_all_it_may_waits_for_no_store) {
  node_settings settings;
  settings.mem_queue_size = 1;
  start(settings);
  t = topic();
  publish({"a"});
  publish({"b"});
  advance(1s);
  BOOST_TEST(counter(t, "waiting") == 1u);
  BOOST_TEST(state(t) == "no channel");
  pause(t, true);
  advance(2s);
  BOOST_TEST(state(t) == "paused");
  BOOST_TEST((stat(t).in_state == 2s));
}

BOOST_AUTO_TEST_CASE(a_channel_names_another_when_who_had_the_oldest_is_gone) {
  const auto c = channel();
  const auto ann = consumer(c, 1);
  publish({"a"});
  advance(1s);
  lose(ann);
  const auto bob = consumer(c, 1);
  publish({"b", "c"});
  advance(2s);
  const auto told = stat(c);
  BOOST_TEST(row_of(told.state).word == "all RDY used");
  BOOST_TEST(told.oldest_in_flight->holder == ann.id());
  BOOST_TEST(told.waits_for.actor == bob.id());
}

BOOST_AUTO_TEST_CASE(a_channel_tells_why_it_does_not_deliver) {
  const auto c = channel();
  const auto ann = consumer(c, 0);
  publish({"a", "b"});
  BOOST_TEST(state(c) == "RDY 0");
  BOOST_TEST(stat(c).waits_for.actor == ann.id());
  ready(c, ann, 1);
  BOOST_TEST(state(c) == "flowing");
  advance(2s);
  const auto told = stat(c);
  BOOST_TEST(row_of(told.state).word == "all RDY used");
  BOOST_TEST(told.waits_for.actor == ann.id());
  BOOST_TEST_REQUIRE(told.oldest_in_flight.has_value());
  BOOST_TEST(told.oldest_in_flight->holder == ann.id());
  BOOST_TEST(told.oldest_in_flight->attempts == 1u);
  BOOST_TEST((told.oldest_in_flight->age == 2s));
  BOOST_TEST((told.oldest_in_flight->left == msg_timeout - 2s));
  pause(c, true);
  BOOST_TEST(state(c) == "paused");
}

BOOST_AUTO_TEST_CASE(a_channel_tells_when_the_first_deferred_message_is_due) {
  const auto c = channel();
  publish(t, batch_of({"late"}, now() + 60s), client(), 1);
  publish(t, batch_of({"early"}, now() + 30s), client(), 1);
  advance(10s);
  const auto told = stat(c);
  BOOST_TEST(row_of(told.state).word == "only deferred");
  BOOST_TEST((told.first_due == 20s));
  BOOST_TEST((told.age("deferred").has_value()));
  BOOST_TEST((told.waits_for.what == cause::time));
}

BOOST_AUTO_TEST_CASE(what_a_lost_consumer_had_comes_back_in_time) {
  const auto c = channel();
  const auto ann = consumer(c, 1);
  publish({"a"});
  advance(2s);
  BOOST_TEST(state(c) == "with consumers");
  lose(ann);
  BOOST_TEST((stat(c).waits_for.what == cause::time));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
