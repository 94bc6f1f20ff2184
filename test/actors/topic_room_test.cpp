#include "test/support/broker.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

/// How often a topic looks again at publishes that wait.
constexpr auto look = 50ms;

/// A node with queues of ten messages.
struct fixture : broker {
  fixture() {
    node_settings settings;
    settings.mem_queue_size = 10;
    start(settings);
    t = topic();
  }

  void put(ticket number, size_t messages = 1) {
    if (!publisher)
      publisher = client();
    publish(t, batch_of(std::vector<std::string>(messages, "x")), publisher,
            number);
  }

  [[nodiscard]] const std::vector<ticket>& accepted() const {
    return sent_to(publisher).accepted;
  }

  [[nodiscard]] const std::vector<probe_state::refusal>& refused() const {
    return sent_to(publisher).refused;
  }

  topic_actor t;
};

using tickets = std::vector<ticket>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(topic_room_tests, fixture)

// -- waiting ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(puts_wait_while_a_channel_is_full) {
  const auto c = channel();
  put(1, 10);
  put(2);
  put(3);
  BOOST_TEST(accepted() == (tickets{1}));
  BOOST_TEST(counter(t, "waiting") == 2u);
  BOOST_TEST(counter(c, "depth") == 10u);
}

BOOST_AUTO_TEST_CASE(a_put_larger_than_the_queue_is_taken_whole) {
  const auto c = channel();
  put(1, 200);
  BOOST_TEST(accepted() == (tickets{1}));
  BOOST_TEST(counter(c, "depth") == 200u);
}

BOOST_AUTO_TEST_CASE(puts_go_on_as_soon_as_there_is_room) {
  const auto c = channel();
  put(1, 10);
  put(2);
  put(3);
  const auto ann = consumer(c, 100);
  // No time has passed.
  BOOST_TEST(accepted() == (tickets{1, 2, 3}));
  BOOST_TEST(counter(t, "waiting") == 0u);
  BOOST_TEST(sent_to(ann).messages.size() == 12u);
}

BOOST_AUTO_TEST_CASE(the_slowest_channel_decides) {
  const auto slow = channel("slow");
  const auto fast = channel("fast");
  const auto ann = consumer(fast, 100);
  put(1, 10);
  put(2);
  BOOST_TEST(accepted() == (tickets{1}));
  BOOST_TEST(sent_to(ann).messages.size() == 10u);
  consumer(slow, 100);
  BOOST_TEST(accepted() == (tickets{1, 2}));
}

BOOST_AUTO_TEST_CASE(an_ephemeral_channel_holds_nobody_up) {
  channel("c#ephemeral");
  put(1, 10);
  put(2);
  BOOST_TEST(accepted() == (tickets{1, 2}));
}

BOOST_AUTO_TEST_CASE(what_is_in_flight_takes_no_room) {
  const auto c = channel();
  consumer(c, 100);
  for (ticket i = 1; i <= 5; ++i)
    put(i, 10);
  BOOST_TEST(accepted() == (tickets{1, 2, 3, 4, 5}));
  BOOST_TEST(counter(c, "in_flight") == 50u);
}

BOOST_AUTO_TEST_CASE(puts_wait_while_the_topic_is_full) {
  put(1, 10);
  put(2);
  BOOST_TEST(accepted() == (tickets{1}));
  BOOST_TEST(counter(t, "depth") == 10u);
  empty(t);
  BOOST_TEST(accepted() == (tickets{1, 2}));
  BOOST_TEST(counter(t, "depth") == 1u);
}

BOOST_AUTO_TEST_CASE(the_end_of_a_full_channel_makes_room) {
  channel();
  put(1, 10);
  put(2);
  ask<atom::erase>(t, atom::erase_v, std::string{"c"});
  BOOST_TEST(accepted() == (tickets{1, 2}));
}

BOOST_AUTO_TEST_CASE(an_emptied_channel_makes_room) {
  const auto c = channel();
  put(1, 10);
  put(2);
  empty(c);
  BOOST_TEST(accepted() == (tickets{1, 2}));
}

BOOST_AUTO_TEST_CASE(puts_are_taken_in_the_order_they_came) {
  const auto c = channel();
  put(1, 10);
  publish(t, batch_of({"a"}), publisher, 2);
  publish(t, batch_of({"b"}), publisher, 3);
  publish(t, batch_of({"c"}), publisher, 4);
  const auto ann = consumer(c, 100);
  BOOST_TEST(accepted() == (tickets{1, 2, 3, 4}));
  const auto& got = sent_to(ann).messages;
  BOOST_TEST_REQUIRE(got.size() == 13u);
  BOOST_TEST(got[10].body == "a");
  BOOST_TEST(got[11].body == "b");
  BOOST_TEST(got[12].body == "c");
}

// -- patience -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(puts_are_refused_after_five_seconds) {
  channel();
  put(1, 10);
  put(2);
  put(3);
  pass(5s - look, look);
  BOOST_TEST(refused().empty());
  advance(look);
  BOOST_TEST_REQUIRE(refused().size() == 2u);
  BOOST_TEST(refused()[0].t == 2u);
  BOOST_TEST(refused()[0].why == "memory queue of channel c full");
  BOOST_TEST(refused()[1].t == 3u);
  BOOST_TEST(accepted() == (tickets{1}));
  BOOST_TEST(counter(t, "waiting") == 0u);
}

BOOST_AUTO_TEST_CASE(a_full_topic_says_so) {
  put(1, 10);
  put(2);
  pass(5s, look);
  BOOST_TEST_REQUIRE(refused().size() == 1u);
  BOOST_TEST(refused()[0].why == "memory queue of topic full");
}

BOOST_AUTO_TEST_CASE(what_was_refused_is_never_delivered) {
  const auto c = channel();
  put(1, 10);
  put(2, 5);
  pass(5s, look);
  const auto ann = consumer(c, 100);
  BOOST_TEST(sent_to(ann).messages.size() == 10u);
  BOOST_TEST(counter(t, "messages") == 10u);
}

BOOST_AUTO_TEST_CASE(progress_renews_the_patience) {
  const auto c = channel();
  put(1, 10);
  put(2, 10);
  put(3, 10);
  pass(4s, look);
  // Room for one of them.
  empty(c);
  BOOST_TEST(accepted() == (tickets{1, 2}));
  pass(4s, look);
  BOOST_TEST(refused().empty());
  pass(1s, look);
  BOOST_TEST(refused().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_refusal_does_not_shorten_the_patience_of_later_puts) {
  channel();
  put(1, 10);
  put(2);
  pass(5s, look);
  advance(1h);
  put(3);
  pass(5s - look, look);
  BOOST_TEST(refused().size() == 1u);
  advance(look);
  BOOST_TEST(refused().size() == 2u);
}

BOOST_AUTO_TEST_CASE(one_timer_runs_while_puts_wait) {
  channel();
  put(1, 10);
  BOOST_TEST(timers() == 0u);
  for (ticket i = 2; i < 20; ++i)
    put(i);
  BOOST_TEST(timers() == 1u);
  pass(5s, look);
  BOOST_TEST(timers() == 0u);
}

// -- memory -------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(puts_wait_while_the_node_has_no_memory) {
  // Somebody else's.
  auto other = block_of(1, {std::string(100'000, 'x')});
  node_settings settings;
  settings.memory_limit = queue::block::bytes_in_memory();
  start(settings);
  t = topic();
  put(1);
  BOOST_TEST(accepted().empty());
  other.reset();
  // No channel reports this room.
  advance(look);
  BOOST_TEST(accepted() == (tickets{1}));
}

BOOST_AUTO_TEST_CASE(puts_that_wait_do_not_wait_for_each_other) {
  const auto other = block_of(1, {std::string(100'000, 'x')});
  node_settings settings;
  settings.mem_queue_size = 1000;
  settings.memory_limit = queue::block::bytes_in_memory() + 1000;
  start(settings);
  t = topic();
  const auto big = [this](ticket number) {
    if (!publisher)
      publisher = client();
    publish(t, batch_of({std::string(600, 'x')}), publisher, number);
  };
  // Two are too much, but for a moment.
  big(1);
  big(2);
  BOOST_TEST(accepted() == (tickets{1, 2}));
  // Nobody reads them.
  big(3);
  big(4);
  advance(look);
  BOOST_TEST(accepted() == (tickets{1, 2}));
}

BOOST_AUTO_TEST_CASE(large_puts_wait_less_if_others_wait_for_their_memory) {
  channel();
  put(1, 10);
  publish(t, batch_of({std::string(100'000, 'x')}), publisher, 2);
  put(3);
  pass(1s, look);
  BOOST_TEST(refused().empty());
  {
    const auto budget = std::make_shared<body_budget>(100);
    const body_claim some{budget, 100, [] {
                          }};
    const body_claim other{budget, 1, [] {
                           }};
    advance(look);
  }
  BOOST_TEST_REQUIRE(refused().size() == 1u);
  BOOST_TEST(refused()[0].t == 2u);
  BOOST_TEST(refused()[0].why == "memory queue of channel c full");
  BOOST_TEST(counter(t, "waiting") == 1u);
}

BOOST_AUTO_TEST_CASE(what_waits_has_a_bound) {
  node_settings settings;
  settings.mem_queue_size = 10;
  settings.memory_limit = queue::block::bytes_in_memory() + 1'000'000;
  start(settings);
  t = topic();
  channel();
  put(1, 10);
  const auto large = [this](ticket number) {
    publish(t, batch_of({std::string(5 << 20, 'x')}), publisher, number);
  };
  large(2);
  BOOST_TEST(refused().empty());
  large(3);
  BOOST_TEST_REQUIRE(refused().size() == 1u);
  BOOST_TEST(refused()[0].t == 3u);
  BOOST_TEST(refused()[0].why == "memory for publishes that wait is full");
  BOOST_TEST(settings.memory->trouble(now()) == refused()[0].why);
  BOOST_TEST(counter(t, "waiting") == 1u);
}

BOOST_AUTO_TEST_CASE(deferred_messages_that_cannot_be_stored_count_whole) {
  node_settings settings;
  settings.memory_limit = queue::block::bytes_in_memory() + 400'000;
  start(settings);
  t = topic("t#ephemeral");
  publisher = client();
  // A quarter of that, and each takes about a hundred bytes.
  ticket i = 0;
  while (refused().empty() && i < 2000) {
    publish(t, batch_of({"x"}, now() + 1h), publisher, ++i);
    if (counter(t, "waiting") > 0)
      pass(5s, look);
  }
  BOOST_TEST(i > 500u);
  BOOST_TEST(i < 1100u);
}

BOOST_AUTO_TEST_CASE(one_put_beyond_the_limit_has_room_alone) {
  node_settings settings;
  settings.memory_limit = queue::block::bytes_in_memory() + 1000;
  start(settings);
  t = topic();
  publisher = client();
  publish(t, batch_of({std::string(2000, 'x')}), publisher, 1);
  BOOST_TEST(accepted() == (tickets{1}));
}

BOOST_AUTO_TEST_CASE(a_node_without_memory_says_so) {
  const auto other = block_of(1, {std::string(100'000, 'x')});
  node_settings settings;
  settings.memory_limit = queue::block::bytes_in_memory();
  start(settings);
  t = topic();
  put(1);
  pass(5s, look);
  BOOST_TEST_REQUIRE(refused().size() == 1u);
  BOOST_TEST(refused()[0].why == "memory limit of the node reached");
}

// -- ephemeral topics ---------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_ephemeral_topic_drops_what_is_too_much) {
  t = topic("t#ephemeral");
  for (ticket i = 1; i <= 12; ++i)
    put(i);
  BOOST_TEST(accepted().size() == 12u);
  BOOST_TEST(counter(t, "depth") == 10u);
  BOOST_TEST(counter(t, "dropped") == 2u);
  BOOST_TEST(counter(t, "messages") == 12u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
