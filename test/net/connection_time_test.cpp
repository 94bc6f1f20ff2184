#include "test/net/scripted.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

std::string identify(const std::string& json) {
  return "IDENTIFY\n" + sized(json);
}

const frames heartbeat{"_heartbeat_"};

} // namespace

BOOST_FIXTURE_TEST_SUITE(connection_time_tests, scripted_network)

// -- heartbeats ---------------------------------------------------------------

BOOST_AUTO_TEST_CASE(sends_a_heartbeat_every_30_seconds) {
  const auto ann = greet();
  advance(30s - 1ns);
  BOOST_TEST(receive(ann) == frames{});
  advance(1ns);
  BOOST_TEST(receive(ann) == heartbeat);
  send(ann, "NOP\n");
  advance(30s - 1ns);
  BOOST_TEST(receive(ann) == frames{});
  advance(1ns);
  BOOST_TEST(receive(ann) == heartbeat);
}

BOOST_AUTO_TEST_CASE(the_interval_is_negotiated) {
  const auto ann = greet();
  send(ann, identify(R"({"heartbeat_interval":5000})"));
  receive(ann);
  advance(5s - 1ns);
  BOOST_TEST(receive(ann) == frames{});
  advance(1ns);
  BOOST_TEST(receive(ann) == heartbeat);
}

BOOST_AUTO_TEST_CASE(heartbeats_can_be_switched_off) {
  const auto ann = greet();
  BOOST_TEST(talk(ann, identify(R"({"heartbeat_interval":-1})"))
             == (frames{"OK"}));
  pass(1h, 10s);
  BOOST_TEST(receive(ann) == frames{});
  BOOST_TEST(!closed(ann));
  // To look now and then whether it is stuck.
  BOOST_TEST(timers() == 1u);
}

BOOST_AUTO_TEST_CASE(no_heartbeat_comes_before_the_magic) {
  const auto ann = connect();
  advance(30s);
  BOOST_TEST(receive(ann) == frames{});
}

BOOST_AUTO_TEST_CASE(heartbeats_do_not_wait_for_answers) {
  const auto ann = greet();
  send(ann, pub("t", "a"));
  advance(30s);
  BOOST_TEST(receive(ann) == heartbeat);
  accept("t");
  BOOST_TEST(receive(ann) == (frames{"OK"}));
}

// -- the read deadline --------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_silent_client_is_closed_after_two_intervals) {
  const auto ann = greet();
  advance(30s);
  BOOST_TEST(receive(ann) == heartbeat);
  advance(30s - 1ns);
  BOOST_TEST(!closed(ann));
  advance(1ns);
  receive(ann);
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(every_command_renews_the_deadline) {
  const auto ann = greet();
  for (int i = 0; i < 10; ++i) {
    advance(30s);
    receive(ann);
    advance(29s);
    send(ann, "NOP\n");
    BOOST_TEST_REQUIRE(!closed(ann));
  }
}

BOOST_AUTO_TEST_CASE(half_a_command_does_not_renew_the_deadline) {
  const auto ann = greet();
  for (int i = 0; i < 3; ++i) {
    advance(20s);
    receive(ann);
    send(ann, "N");
  }
  receive(ann);
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(a_deadline_within_a_body_is_told) {
  const auto ann = greet();
  send(ann, "PUB t\n" + be(10) + "half");
  receive(ann);
  advance(30s);
  receive(ann);
  advance(30s);
  BOOST_TEST(receive(ann)
             == (frames{"!E_BAD_MESSAGE PUB failed to read message body"}));
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(answers_still_leave_after_the_deadline) {
  const auto ann = greet();
  send(ann, pub("t", "a"));
  advance(30s);
  receive(ann);
  advance(30s);
  BOOST_TEST(receive(ann) == frames{});
  BOOST_TEST(!closed(ann));
  accept("t");
  BOOST_TEST(receive(ann) == (frames{"OK"}));
  BOOST_TEST(closed(ann));
}

// -- the end ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(lingers_five_seconds_for_the_last_frames) {
  const auto ann = greet();
  send(ann, "BOGUS\n");
  advance(5s - 1ns);
  BOOST_TEST(!closed(ann));
  advance(1ns);
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(waits_ten_seconds_for_the_last_answers) {
  const auto ann = greet();
  send(ann, pub("t", "a"));
  advance(30s);
  receive(ann);
  // The read deadline.
  advance(30s);
  pass(10s - 1ns, 1s);
  BOOST_TEST(!closed(ann));
  advance(1ns);
  BOOST_TEST(receive(ann) == frames{});
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(a_closed_connection_leaves_no_timer) {
  const auto ann = greet();
  talk(ann, "BOGUS\n");
  BOOST_TEST(closed(ann));
  pass(5min, 5s);
  BOOST_TEST(timers() == 0u);
}

BOOST_AUTO_TEST_CASE(a_closed_connection_leaves_no_memory_behind) {
  const auto ann = greet();
  const auto connection = caf::actor_cast<caf::weak_actor_ptr>(
    listener_data().connections.begin()->second.actor);
  talk(ann, "BOGUS\n");
  // Its timer fires behind its end.
  pass(5min, 5s);
  BOOST_TEST_REQUIRE(connection.get() != nullptr);
  BOOST_TEST(connection.get()->strong_refs.load() == 0u);
}

// -- names --------------------------------------------------------------------

namespace {

/// A node whose disk writes other things before a new name.
struct slow_disk : scripted_network {
  slow_disk() {
    settings->health = health;
    mute(true);
  }

  void pass_patience(bool with_commits) {
    if (with_commits)
      health->committed();
    advance(5s);
  }

  std::shared_ptr<store_health> health = std::make_shared<store_health>();
};

const frames pub_failed{
  "!E_PUB_FAILED PUB failed the disk or a nsqlookupd does not answer"};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_publish_waits_while_the_disk_gets_on, slow_disk) {
  const auto ann = greet();
  send(ann, "PUB t\n" + sized("a"));
  for (int i = 0; i < 3; ++i)
    pass_patience(true);
  BOOST_TEST(receive(ann) == frames{});
  mute(false);
  pass_patience(true);
  accept("t");
  BOOST_TEST(receive(ann) == frames{"OK"});
}

BOOST_FIXTURE_TEST_CASE(a_publish_waits_5_seconds_if_it_does_not, slow_disk) {
  const auto ann = greet();
  send(ann, "PUB t\n" + sized("a"));
  pass_patience(false);
  BOOST_TEST(receive(ann) == pub_failed);
}

BOOST_FIXTURE_TEST_CASE(a_publish_waits_30_seconds_at_most, slow_disk) {
  const auto ann = greet();
  send(ann, "PUB t\n" + sized("a"));
  for (int i = 0; i < 5; ++i)
    pass_patience(true);
  BOOST_TEST(receive(ann) == frames{});
  pass_patience(true);
  BOOST_TEST(receive(ann) == pub_failed);
}

BOOST_FIXTURE_TEST_CASE(a_consumer_waits_while_the_disk_gets_on, slow_disk) {
  const auto ann = greet();
  send(ann, "SUB t c\n");
  for (int i = 0; i < 3; ++i)
    pass_patience(true);
  BOOST_TEST(receive(ann) == frames{});
  mute(false);
  pass_patience(true);
  BOOST_TEST(receive(ann) == frames{"OK"});
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
