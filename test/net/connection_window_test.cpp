#include "test/net/scripted.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

constexpr size_t kib = 1024;

constexpr size_t bad_ids = 20'000;

/// Each is answered by an error.
std::string many_bad_ids() {
  std::string result;
  for (size_t i = 0; i < bad_ids; ++i)
    result += "FIN zzzzzzzzzzzzzzzz\n";
  return result;
}

struct fixture : scripted_network {
  fixture() : ann(greet()) {
    send(ann, pub("t", "x"));
    accept("t");
    receive(ann);
  }

  /// Publishes more than the window holds; returns the bytes sent.
  size_t overfill() {
    std::string all;
    while (all.size() < 2 * kib * kib)
      all += pub("t", std::string(1000, 'x')); // 1010 bytes
    send(ann, all);
    return all.size();
  }

  connection_handle ann;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(connection_window_tests, fixture)

// -- publishes without an answer ----------------------------------------------

BOOST_AUTO_TEST_CASE(unanswered_publishes_end_reading) {
  const auto sent = overfill();
  BOOST_TEST(!reading(ann));
  // The window and one read.
  BOOST_TEST(sent - unread(ann) > 512 * kib);
  BOOST_TEST(sent - unread(ann) < (512 + 2 * 64) * kib);
  BOOST_TEST(receive(ann) == frames{});
}

BOOST_AUTO_TEST_CASE(reading_goes_on_when_publishes_are_answered) {
  const auto sent = overfill();
  size_t answered = 0;
  for (int i = 0; i < 10'000 && !at("t").puts.empty(); ++i) {
    accept("t");
    read(ann);
    answered += receive(ann).size();
  }
  BOOST_TEST(reading(ann));
  BOOST_TEST(unread(ann) == 0u);
  BOOST_TEST(answered == sent / 1010);
}

BOOST_AUTO_TEST_CASE(tiny_publishes_fill_the_window_too) {
  size_t sent = 0;
  while (reading(ann) && sent < 10'000) {
    // Each is a read, and a put, of its own.
    send(ann, pub("t", "x"));
    ++sent;
  }
  // 128 bytes each stand for what a put takes beside its batch.
  const auto each = 128 + memory_of(*batch_of({"x"}));
  BOOST_TEST(sent == 512 * kib / each + 1);
}

BOOST_AUTO_TEST_CASE(one_large_publish_passes_the_window) {
  const std::string body(1024 * kib, 'x');
  send(ann, pub("t", body));
  BOOST_TEST_REQUIRE(at("t").puts.size() == 1u);
  BOOST_TEST(at("t").puts[0].body->items[0].body->bytes() == body.size());
  BOOST_TEST(!reading(ann));
  accept("t");
  BOOST_TEST(reading(ann));
  BOOST_TEST(receive(ann) == (frames{"OK"}));
}

BOOST_AUTO_TEST_CASE(commands_behind_a_full_window_wait_for_it) {
  send(ann, pub("t", std::string(600 * kib, 'x')) + "BOGUS\n");
  BOOST_TEST(receive(ann) == frames{});
  accept("t");
  read(ann);
  BOOST_TEST(receive(ann)
             == (frames{"OK", "!E_INVALID invalid command BOGUS"}));
}

BOOST_AUTO_TEST_CASE(the_read_deadline_stands_still_while_nothing_is_read) {
  overfill();
  // Heartbeats are sent on; the client takes them.
  for (int i = 0; i < 20; ++i) {
    advance(30s);
    receive(ann);
  }
  BOOST_TEST(!closed(ann));
}

// -- answers that the client does not take ------------------------------------

BOOST_AUTO_TEST_CASE(answers_that_are_not_taken_end_reading) {
  const auto bob = greet();
  send(bob, "SUB s c\n" + many_bad_ids());
  BOOST_TEST(!reading(bob));
  BOOST_TEST(unread(bob) > 0u);
  // Once they are taken, it goes on; all are answered, as is SUB.
  BOOST_TEST(receive(bob).size() == bad_ids + 1);
  BOOST_TEST(reading(bob));
}

BOOST_AUTO_TEST_CASE(a_client_that_takes_no_answers_is_closed) {
  const auto bob = greet();
  send(bob, "SUB s c\n" + many_bad_ids());
  BOOST_TEST(!reading(bob));
  advance(30s);
  advance(30s - 1ns);
  BOOST_TEST(!closed(bob));
  // The read deadline, then the last chance to take something.
  advance(1ns);
  pass(10s, 5s);
  BOOST_TEST(closed(bob));
}

BOOST_AUTO_TEST_CASE(reports_what_the_socket_took) {
  const auto bob = greet();
  send(bob, "SUB s c\n");
  receive(bob);
  deliver("s", block_of(1, {std::string(1000, 'x')}), 70'000);
  BOOST_TEST(channel_of("s").told.empty());
  receive(bob);
  BOOST_TEST(channel_of("s").told == (std::vector<std::string>{"SENT 70000"}));
}

BOOST_AUTO_TEST_CASE(a_consumer_that_does_not_read_can_still_finish) {
  const auto bob = greet();
  send(bob, "SUB s c\n");
  // As much as a channel gives without a report.
  deliver("s",
          block_of(1, std::vector<std::string>(4, std::string(40'000, 'x'))));
  send(bob, "FIN 0000000000000001\n");
  BOOST_TEST(channel_of("s").told == (std::vector<std::string>{"FIN 1"}));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
