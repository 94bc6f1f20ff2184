#include "test/support/broker.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

struct fixture : broker {
  /// Tells the channel what a client's socket has taken.
  void sent(const client_actor& who, uint64_t bytes) {
    self->send(c, atom::sent_v, consumer_id{who.id()}, bytes);
    run();
  }

  topic_actor t = topic();
  channel_actor c = channel();
};

std::vector<std::string> many(size_t n, const std::string& body = "x") {
  std::vector<std::string> result(n, body);
  return result;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(channel_consumers_tests, fixture)

// -- credit -------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(delivers_nothing_without_rdy) {
  const auto ann = consumer(c, 0);
  publish({"a"});
  BOOST_TEST(sent_to(ann).bodies() == "");
  ready(c, ann, 1);
  BOOST_TEST(sent_to(ann).bodies() == "a");
}

BOOST_AUTO_TEST_CASE(rdy_bounds_what_is_in_flight) {
  const auto ann = consumer(c, 2);
  publish({"a", "b", "c", "d"});
  BOOST_TEST(sent_to(ann).bodies() == "a b");
  finish(c, ann, {sent_to(ann).messages[1].number});
  BOOST_TEST(sent_to(ann).bodies() == "a b c");
}

BOOST_AUTO_TEST_CASE(rdy_0_ends_deliveries) {
  const auto ann = consumer(c, 2);
  publish({"a", "b", "c", "d"});
  ready(c, ann, 0);
  finish_all(c, ann);
  BOOST_TEST(sent_to(ann).bodies() == "a b");
  BOOST_TEST(counter(c, "depth") == 2u);
}

BOOST_AUTO_TEST_CASE(a_smaller_rdy_waits_for_what_is_in_flight) {
  const auto ann = consumer(c, 3);
  publish({"a", "b", "c", "d", "e"});
  ready(c, ann, 1);
  const auto got = sent_to(ann).messages;
  finish(c, ann, {got[0].number, got[1].number});
  BOOST_TEST(sent_to(ann).bodies() == "a b c");
  finish(c, ann, {got[2].number});
  BOOST_TEST(sent_to(ann).bodies() == "a b c d");
}

BOOST_AUTO_TEST_CASE(rdy_of_a_stranger_is_ignored) {
  publish({"a"});
  ready(c, client(), 10);
  BOOST_TEST(counter(c, "depth") == 1u);
}

BOOST_AUTO_TEST_CASE(a_timeout_gives_its_credit_back) {
  const auto ann = consumer(c, 1);
  publish({"a", "b"});
  advance(msg_timeout);
  // The one that came back takes turns with the new one.
  finish_all(c, ann);
  BOOST_TEST(sent_to(ann).messages.size() == 3u);
}

// -- sharing ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(consumers_share_what_is_there) {
  const auto ann = consumer(c, 2500);
  const auto bob = consumer(c, 2500);
  publish(many(100));
  BOOST_TEST(sent_to(ann).messages.size() == 50u);
  BOOST_TEST(sent_to(bob).messages.size() == 50u);
}

BOOST_AUTO_TEST_CASE(single_messages_go_round) {
  const auto ann = consumer(c, 2500);
  const auto bob = consumer(c, 2500);
  const auto cid = consumer(c, 2500);
  for (const auto* x : {"a", "b", "c", "d", "e", "f"})
    publish({x});
  BOOST_TEST(sent_to(ann).bodies() == "a d");
  BOOST_TEST(sent_to(bob).bodies() == "b e");
  BOOST_TEST(sent_to(cid).bodies() == "c f");
}

BOOST_AUTO_TEST_CASE(a_small_rdy_leaves_its_share_to_the_others) {
  const auto ann = consumer(c, 1);
  const auto bob = consumer(c, 2500);
  publish(many(100));
  BOOST_TEST(sent_to(ann).messages.size() == 1u);
  BOOST_TEST(sent_to(bob).messages.size() == 99u);
}

BOOST_AUTO_TEST_CASE(no_message_goes_to_two_consumers) {
  std::vector<client_actor> all;
  all.reserve(7);
  for (int i = 0; i < 7; ++i)
    all.push_back(consumer(c, 3));
  std::vector<std::string> bodies;
  bodies.reserve(21);
  for (int i = 0; i < 21; ++i)
    bodies.push_back(std::to_string(i));
  publish(bodies);
  std::vector<std::string> got;
  for (const auto& x : all)
    for (const auto& y : sent_to(x).messages)
      got.push_back(y.body);
  std::sort(got.begin(), got.end());
  std::sort(bodies.begin(), bodies.end());
  BOOST_TEST(got == bodies);
}

BOOST_AUTO_TEST_CASE(a_lost_client_gets_nothing_more) {
  const auto ann = consumer(c, 10);
  lose(ann);
  BOOST_TEST(counter(c, "consumers") == 0u);
  publish({"a"});
  BOOST_TEST(counter(c, "depth") == 1u);
}

BOOST_AUTO_TEST_CASE(takes_no_more_consumers_than_allowed) {
  node_settings settings;
  settings.max_channel_consumers = 2;
  start(settings);
  const auto at = channel();
  const auto ann = consumer(at, 1);
  const auto bob = consumer(at, 1);
  BOOST_TEST(!ask<atom::sub>(at, atom::sub_v, client(), terms()).has_value());
  BOOST_TEST((last_error == ec::too_many_consumers), render(last_error));
  lose(ann);
  BOOST_TEST(ask<atom::sub>(at, atom::sub_v, client(), terms()).has_value());
}

// -- the byte window ----------------------------------------------------------

BOOST_AUTO_TEST_CASE(unsent_bytes_end_the_credit) {
  const auto ann = consumer(c, 100);
  publish(many(10, std::string(40'000, 'x')));
  // The one that reaches 128 KiB is the last.
  BOOST_TEST(sent_to(ann).messages.size() == 4u);
  BOOST_TEST(counter(c, "depth") == 6u);
}

BOOST_AUTO_TEST_CASE(a_large_message_always_fits_an_empty_window) {
  const auto ann = consumer(c, 100);
  publish(many(2, std::string(1'000'000, 'x')));
  BOOST_TEST(sent_to(ann).messages.size() == 1u);
}

BOOST_AUTO_TEST_CASE(asks_for_a_report_each_half_of_the_window) {
  const auto ann = consumer(c, 1000);
  for (int i = 0; i < 131; ++i)
    publish(many(1, std::string(466, 'x'))); // 500 bytes a frame
  BOOST_TEST(sent_to(ann).reports.empty());
  publish(many(1, std::string(466, 'x')));
  BOOST_TEST(sent_to(ann).reports == (std::vector<uint64_t>{66'000}));
  sent(ann, 66'000);
  for (int i = 0; i < 132; ++i)
    publish(many(1, std::string(466, 'x')));
  BOOST_TEST(sent_to(ann).reports == (std::vector<uint64_t>{66'000, 132'000}));
}

BOOST_AUTO_TEST_CASE(a_report_of_sent_bytes_opens_the_window) {
  const auto ann = consumer(c, 100);
  publish(many(10, std::string(40'000, 'x')));
  BOOST_TEST_REQUIRE(sent_to(ann).reports.size() == 1u);
  const auto report = sent_to(ann).reports[0];
  BOOST_TEST(report == 4u * 40'034);
  sent(ann, report);
  BOOST_TEST(sent_to(ann).messages.size() == 8u);
}

BOOST_AUTO_TEST_CASE(finishing_does_not_open_the_window) {
  const auto ann = consumer(c, 100);
  publish(many(10, std::string(40'000, 'x')));
  finish_all(c, ann);
  BOOST_TEST(sent_to(ann).messages.size() == 4u);
}

BOOST_AUTO_TEST_CASE(an_older_report_takes_nothing_back) {
  const auto ann = consumer(c, 100);
  publish(many(4, std::string(40'000, 'x')));
  sent(ann, sent_to(ann).reports.at(0));
  sent(ann, 1);
  publish(many(1));
  BOOST_TEST(sent_to(ann).messages.size() == 5u);
}

BOOST_AUTO_TEST_CASE(a_slow_reader_leaves_the_rest_to_others) {
  const auto ann = consumer(c, 100);
  publish(many(4, std::string(40'000, 'x')));
  const auto bob = consumer(c, 100);
  publish(many(3));
  BOOST_TEST(sent_to(ann).messages.size() == 4u);
  BOOST_TEST(sent_to(bob).messages.size() == 3u);
}

// -- sampling -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_sample_rate_of_99_keeps_all) {
  // nsqd compares a number from 0 to 99 by "greater than".
  const auto ann = consumer(c, 2500, {msg_timeout, 99});
  publish(many(250));
  BOOST_TEST(sent_to(ann).messages.size() == 250u);
}

BOOST_AUTO_TEST_CASE(a_sample_rate_drops_the_others_for_good) {
  const auto ann = consumer(c, 10'000, {msg_timeout, 10});
  for (int i = 0; i < 40; ++i)
    publish(many(250));
  // 11 of 100 on average; the bounds are six standard deviations away.
  const auto got = sent_to(ann).messages.size();
  BOOST_TEST(got > 900u);
  BOOST_TEST(got < 1300u);
  BOOST_TEST(counter(c, "depth") == 0u);
  BOOST_TEST(counter(c, "in_flight") == got);
}

// -- ephemeral channels -------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_ephemeral_channel_vanishes_with_its_last_consumer) {
  const auto at = channel("c#ephemeral");
  const auto ann = consumer(at, 1);
  const auto bob = consumer(at, 1);
  lose(ann);
  BOOST_TEST(ask<channel_actor>(t, atom::find_v, std::string{"c#ephemeral"})
               .has_value());
  lose(bob);
  BOOST_TEST(!ask<channel_actor>(t, atom::find_v, std::string{"c#ephemeral"})
                .has_value());
}

BOOST_AUTO_TEST_CASE(an_ephemeral_channel_waits_for_its_first_consumer) {
  channel("c#ephemeral");
  publish({"a"});
  BOOST_TEST(ask<channel_actor>(t, atom::find_v, std::string{"c#ephemeral"})
               .has_value());
}

BOOST_AUTO_TEST_CASE(another_channel_outlives_its_consumers) {
  lose(consumer(c, 1));
  BOOST_TEST(ask<channel_actor>(t, atom::find_v, std::string{"c"}).has_value());
}

BOOST_AUTO_TEST_CASE(an_ephemeral_channel_drops_what_is_too_much) {
  node_settings settings;
  settings.mem_queue_size = 10;
  start(settings);
  const auto at = channel("c#ephemeral");
  for (int i = 0; i < 25; ++i)
    publish({std::to_string(i)});
  BOOST_TEST(counter(at, "depth") == 10u);
  BOOST_TEST(counter(at, "dropped") == 15u);
  BOOST_TEST(sent_to(publisher).accepted.size() == 25u);
  const auto ann = consumer(at, 100);
  BOOST_TEST(sent_to(ann).bodies() == "0 1 2 3 4 5 6 7 8 9");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
