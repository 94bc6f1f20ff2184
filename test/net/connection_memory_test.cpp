#include "test/net/scripted.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

// What clients hold, one by one and all together.

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

constexpr size_t kib = 1024;

const std::string identify_once = "IDENTIFY\n" + sized("{}");

/// Room for 1 MiB of all clients, half of it before windows are small.
struct fixture : scripted_network {
  fixture() {
    settings->clients = std::make_shared<client_memory>(1024 * kib);
    ann = greet();
    send(ann, pub("t", "x"));
    accept("t");
    receive(ann);
  }

  /// Publishes bodies of 50 KiB that their topic does not answer.
  connection_handle hold(size_t count) {
    const auto who = greet();
    for (size_t i = 0; i < count; ++i)
      send(who, pub("t", std::string(50 * kib, 'x')));
    return who;
  }

  /// Returns how many publishes are read, each from a segment of its own.
  size_t publish_until_it_waits(connection_handle who) {
    size_t result = 0;
    for (; reading(who) && result < 10'000; ++result)
      send(who, pub("t", "x"));
    return result;
  }

  connection_handle ann;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(connection_memory_tests, fixture)

// -- one ----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(answers_behind_one_that_is_due_end_reading) {
  constexpr size_t count = 20'000;
  send(ann, pub("t", "x"));
  std::string all;
  for (size_t i = 0; i < count; ++i)
    all += identify_once;
  send(ann, all);
  BOOST_TEST(!reading(ann));
  BOOST_TEST(unread(ann) > 0u);
  BOOST_TEST(receive(ann) == frames{});
  accept("t");
  read(ann);
  BOOST_TEST(receive(ann).size() == count + 1);
  BOOST_TEST(reading(ann));
}

BOOST_AUTO_TEST_CASE(failures_behind_one_that_is_due_end_reading) {
  const auto bob = greet();
  send(bob, "SUB s c\n");
  receive(bob);
  send(bob, pub("t", "x"));
  std::string all;
  for (size_t i = 0; i < 20'000; ++i)
    all += "FIN zzzzzzzzzzzzzzzz\n";
  send(bob, all);
  BOOST_TEST(!reading(bob));
  BOOST_TEST(unread(bob) > 0u);
}

// -- a large publish ----------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_room_of_a_large_body_is_its_until_the_topic_answers) {
  settings->bodies
    = std::make_shared<body_budgets>(std::make_shared<body_budget>(500 * kib));
  const auto bob = greet();
  const auto cid = greet();
  const auto whole = pub("t", std::string(300 * kib, 'x'));
  // In two pieces, or no claim would be needed.
  send(bob, whole.substr(0, 200 * kib));
  send(bob, whole.substr(200 * kib));
  BOOST_TEST_REQUIRE(at("t").puts.size() == 1u);
  // It is a message now.
  BOOST_TEST(body_budget::bytes_in_memory() == 0u);
  send(cid, whole.substr(0, 200 * kib));
  BOOST_TEST(!reading(cid));
  accept("t");
  BOOST_TEST(receive(bob) == (frames{"OK"}));
  BOOST_TEST(reading(cid));
}

// -- all together -------------------------------------------------------------

BOOST_AUTO_TEST_CASE(windows_are_small_while_memory_is_tight) {
  hold(10);
  BOOST_TEST_REQUIRE(settings->clients->tight());
  const auto each = 128 + memory_of(*batch_of({"x"}));
  BOOST_TEST(publish_until_it_waits(ann) == 4 * kib / each + 1);
  while (!at("t").puts.empty())
    accept("t");
  BOOST_TEST(reading(ann));
  BOOST_TEST(!settings->clients->tight());
  BOOST_TEST(publish_until_it_waits(ann) > 1000u);
}

BOOST_AUTO_TEST_CASE(a_consumer_finishes_while_memory_is_tight) {
  const auto bob = greet();
  send(bob, "SUB s c\n");
  receive(bob);
  hold(10);
  deliver("s",
          block_of(1, std::vector<std::string>(3, std::string(40 * kib, 'x'))));
  BOOST_TEST_REQUIRE(settings->clients->tight());
  send(bob, "FIN 0000000000000001\n");
  BOOST_TEST(channel_of("s").told == (std::vector<std::string>{"FIN 1"}));
}

BOOST_AUTO_TEST_CASE(the_one_that_holds_most_for_longest_goes) {
  const auto bob = hold(5);
  const auto cid = hold(5);
  const auto dan = greet();
  send(dan, "SUB s c\n");
  receive(dan);
  const auto eve = greet();
  send(eve, "SUB r c\n");
  receive(eve);
  deliver("s", block_of(1, {std::string(400 * kib, 'x')}));
  BOOST_TEST(!closed(bob));
  deliver("r", block_of(1, {std::string(400 * kib, 'x')}));
  BOOST_TEST(closed(bob));
  BOOST_TEST(!closed(cid));
  BOOST_TEST(!closed(dan));
  BOOST_TEST(!closed(eve));
  BOOST_TEST(!closed(ann));
}

BOOST_AUTO_TEST_CASE(one_message_may_be_longer_than_all_may_hold) {
  const auto bob = greet();
  send(bob, "SUB s c\n");
  receive(bob);
  deliver("s", block_of(1, {std::string(3000 * kib, 'x')}));
  BOOST_TEST(settings->clients->tight());
  BOOST_TEST(!closed(bob));
  BOOST_TEST(receive(bob).size() == 1u);
}

// -- time ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(one_without_heartbeats_that_does_nothing_goes_if_need_be) {
  const auto bob = greet();
  send(bob, "IDENTIFY\n" + sized(R"({"heartbeat_interval":-1})"));
  receive(bob);
  send(bob, pub("t", std::string(50 * kib, 'x')).substr(0, 40 * kib));
  pass(200s, 10s);
  BOOST_TEST(!closed(bob));
  hold(10);
  pass(121s, 10s);
  BOOST_TEST(closed(bob));
}

BOOST_AUTO_TEST_CASE(one_without_heartbeats_that_goes_on_stays) {
  const auto bob = greet();
  send(bob, "IDENTIFY\n" + sized(R"({"heartbeat_interval":-1})"));
  receive(bob);
  const auto half = pub("t", std::string(50 * kib, 'x'));
  send(bob, half.substr(0, 40 * kib));
  hold(10);
  for (size_t i = 0; i < 30; ++i) {
    pass(10s, 10s);
    send(bob, half.substr(40 * kib + i, 1));
  }
  BOOST_TEST(!closed(bob));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
