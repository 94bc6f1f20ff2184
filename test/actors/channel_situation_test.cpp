#include "actors/channel_situation.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

using cause = awaited::cause;

const queue::time_point now{1h};

queue::consumer
consumer(uint64_t id, size_t rdy, size_t in_flight, uint64_t unread = 0) {
  queue::consumer result;
  result.id = id;
  result.rdy = rdy;
  result.in_flight = in_flight;
  result.given_bytes = unread;
  return result;
}

/// A channel with messages to deliver.
channel_situation waiting() {
  channel_situation result;
  result.ready = result.at_hand = 3;
  result.store = 7;
  return result;
}

std::string_view word(const channel_situation& x) {
  return row_of(state_of(x, now)).word;
}

awaited waited_for(const channel_situation& x) {
  return waits_for(x, state_of(x, now));
}

} // namespace

BOOST_AUTO_TEST_SUITE(channel_situation_tests)

BOOST_AUTO_TEST_CASE(an_empty_channel_waits_for_nobody) {
  const channel_situation x;
  BOOST_TEST(word(x) == "idle");
  BOOST_TEST((waited_for(x).what == cause::nothing));
}

BOOST_AUTO_TEST_CASE(needs_a_consumer) {
  const auto x = waiting();
  BOOST_TEST(word(x) == "no consumer");
  BOOST_TEST((waited_for(x).what == cause::client));
}

BOOST_AUTO_TEST_CASE(needs_one_that_wants_messages) {
  auto x = waiting();
  x.add(consumer(4, 0, 0));
  BOOST_TEST(word(x) == "RDY 0");
  BOOST_TEST(waited_for(x).actor == 4u);
  x.add(consumer(5, 1, 0));
  BOOST_TEST(word(x) == "flowing");
}

BOOST_AUTO_TEST_CASE(names_who_holds_the_oldest_when_rdy_is_used) {
  auto x = waiting();
  x.add(consumer(4, 0, 0));
  x.add(consumer(5, 2, 2));
  x.holder = 4;
  BOOST_TEST(word(x) == "all RDY used");
  BOOST_TEST(waited_for(x).actor == 4u);
}

BOOST_AUTO_TEST_CASE(names_another_when_who_holds_the_oldest_has_gone) {
  auto x = waiting();
  x.add(consumer(4, 0, 0));
  x.add(consumer(5, 2, 2));
  BOOST_TEST(word(x) == "all RDY used");
  BOOST_TEST(waited_for(x).actor == 5u);
}

BOOST_AUTO_TEST_CASE(names_a_consumer_that_does_not_read) {
  auto x = waiting();
  x.add(consumer(6, 100, 2, queue::consumer::window_bytes));
  BOOST_TEST(word(x) == "consumers do not read");
  BOOST_TEST(waited_for(x).actor == 6u);
}

BOOST_AUTO_TEST_CASE(gives_out_no_more_than_there_is_memory_for) {
  auto x = waiting();
  x.add(consumer(5, 2, 1));
  x.short_of_memory = true;
  BOOST_TEST(word(x) == "memory limit");
  BOOST_TEST((waited_for(x).what == cause::memory));
}

BOOST_AUTO_TEST_CASE(the_disk_may_have_what_is_next) {
  auto x = waiting();
  x.at_hand = 0;
  x.add(consumer(4, 1, 0));
  BOOST_TEST(word(x) == "reading from disk");
  BOOST_TEST(waited_for(x).actor == 7u);
  x.awaiting_id = true;
  BOOST_TEST(word(x) == "waits for id");
  BOOST_TEST(waited_for(x).actor == 7u);
}

BOOST_AUTO_TEST_CASE(paused_is_paused_whatever_else_is_so) {
  auto x = waiting();
  x.add(consumer(4, 1, 0));
  x.paused = true;
  BOOST_TEST(word(x) == "paused");
  BOOST_TEST((waited_for(x).what == cause::human));
}

BOOST_AUTO_TEST_CASE(what_is_with_consumers_comes_back) {
  channel_situation x;
  x.in_flight = 1;
  x.add(consumer(4, 1, 0));
  BOOST_TEST(word(x) == "with consumers");
  // Who had it has gone.
  BOOST_TEST((waited_for(x).what == cause::time));
  x.add(consumer(5, 1, 1));
  x.holder = 5;
  BOOST_TEST(waited_for(x).actor == 5u);
}

BOOST_AUTO_TEST_CASE(what_is_deferred_waits_for_its_time) {
  channel_situation x;
  x.deferred = 2;
  BOOST_TEST(word(x) == "only deferred");
  BOOST_TEST((waited_for(x).what == cause::time));
}

BOOST_AUTO_TEST_CASE(a_channel_that_just_delivered_flows) {
  auto x = waiting();
  x.add(consumer(5, 1, 1));
  x.served = now - 1s + 1ns;
  BOOST_TEST(word(x) == "flowing");
  x.served = now - 1s;
  BOOST_TEST(word(x) == "all RDY used");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
