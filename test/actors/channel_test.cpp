#include "test/support/broker.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

struct fixture : broker {
  /// Starts a node with 4 MB, and 40,000 messages in two channels.
  /// @returns the second.
  channel_actor short_of_memory() {
    node_settings settings;
    settings.mem_queue_size = 100'000;
    settings.memory_limit = message_memory() + (size_t{4} << 20U);
    start(settings);
    t = topic();
    c = channel();
    auto result = channel("d");
    for (int i = 0; i < 200; ++i)
      publish(std::vector<std::string>(200, "x"));
    return result;
  }

  topic_actor t = topic();
  channel_actor c = channel();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(channel_tests, fixture)

// -- timeouts -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(redelivers_exactly_at_the_message_timeout) {
  const auto ann = consumer(c, 1);
  publish({"a"});
  advance(msg_timeout - 1ns);
  BOOST_TEST(sent_to(ann).bodies() == "a");
  advance(1ns);
  BOOST_TEST(sent_to(ann).bodies() == "a a");
  BOOST_TEST(sent_to(ann).messages[0].attempts == 1u);
  BOOST_TEST(sent_to(ann).messages[1].attempts == 2u);
  BOOST_TEST(counter(c, "timed_out") == 1u);
}

BOOST_AUTO_TEST_CASE(a_later_shorter_timeout_is_not_missed) {
  const auto slow = consumer(c, 1, {4 * msg_timeout, 0});
  publish({"a"});
  const auto fast = consumer(c, 1, {msg_timeout / 4, 0});
  publish({"b"});
  BOOST_TEST(sent_to(fast).bodies() == "b");
  advance(msg_timeout / 4 - 1ns);
  BOOST_TEST(sent_to(fast).bodies() == "b");
  advance(1ns);
  BOOST_TEST(sent_to(fast).bodies() == "b b");
}

BOOST_AUTO_TEST_CASE(a_long_timeout_is_exact_too) {
  const auto ann = consumer(c, 1, {100 * msg_timeout, 0});
  publish({"a"});
  pass(100 * msg_timeout - 1ns, 1s);
  BOOST_TEST(sent_to(ann).bodies() == "a");
  advance(1ns);
  BOOST_TEST(sent_to(ann).bodies() == "a a");
}

BOOST_AUTO_TEST_CASE(messages_of_a_lost_client_come_back_at_their_timeout) {
  const auto ann = consumer(c, 2);
  publish({"a", "b"});
  lose(ann);
  const auto bob = consumer(c, 10);
  advance(msg_timeout - 1ns);
  BOOST_TEST(sent_to(bob).bodies() == "");
  BOOST_TEST(counter(c, "in_flight") == 2u);
  advance(1ns);
  BOOST_TEST(sent_to(bob).bodies() == "a b");
  BOOST_TEST(sent_to(bob).messages[0].attempts == 2u);
  BOOST_TEST(counter(c, "timed_out") == 2u);
}

BOOST_AUTO_TEST_CASE(touch_moves_the_timeout) {
  const auto ann = consumer(c, 1);
  publish({"a"});
  advance(msg_timeout / 2);
  touch(c, ann, {sent_to(ann).messages[0].number});
  advance(msg_timeout - 1ns);
  BOOST_TEST(sent_to(ann).bodies() == "a");
  advance(1ns);
  BOOST_TEST(sent_to(ann).bodies() == "a a");
}

BOOST_AUTO_TEST_CASE(touch_cannot_exceed_the_maximum) {
  node_settings settings;
  settings.max_msg_timeout = 2 * msg_timeout;
  start(settings);
  const auto at = channel();
  const auto ann = consumer(at, 1);
  publish({"a"});
  for (int i = 0; i < 3; ++i) {
    advance(msg_timeout / 2);
    touch(at, ann, {sent_to(ann).messages[0].number});
  }
  advance(msg_timeout / 2 - 1ns);
  BOOST_TEST(sent_to(ann).bodies() == "a");
  advance(1ns);
  BOOST_TEST(sent_to(ann).bodies() == "a a");
}

BOOST_AUTO_TEST_CASE(no_timer_runs_while_nothing_is_in_flight) {
  BOOST_TEST(timers() == 0u);
  const auto ann = consumer(c, 1);
  BOOST_TEST(timers() == 0u);
  publish({"a"});
  BOOST_TEST(timers() == 1u);
  finish_all(c, ann);
  // The timer cannot be taken back, but is not armed again.
  advance(5s);
  BOOST_TEST(timers() == 0u);
}

BOOST_AUTO_TEST_CASE(no_timer_runs_for_what_is_only_ready) {
  publish({"a", "b"});
  BOOST_TEST(counter(c, "depth") == 2u);
  BOOST_TEST(timers() == 0u);
}

BOOST_AUTO_TEST_CASE(many_deliveries_share_one_timer) {
  const auto ann = consumer(c, 1);
  for (int i = 0; i < 1000; ++i) {
    publish({"a"});
    finish_all(c, ann);
    advance(1ms);
    BOOST_TEST_REQUIRE(timers() <= 2u);
  }
  BOOST_TEST(sent_to(ann).messages.size() == 1000u);
}

// -- requeue ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_requeued_message_comes_again_at_once) {
  const auto ann = consumer(c, 1);
  publish({"a"});
  requeue(c, ann, {sent_to(ann).messages[0].number}, 0s);
  BOOST_TEST(sent_to(ann).bodies() == "a a");
  BOOST_TEST(counter(c, "requeued") == 1u);
}

BOOST_AUTO_TEST_CASE(a_requeued_message_may_go_to_another_client) {
  const auto ann = consumer(c, 1);
  publish({"a"});
  const auto bob = consumer(c, 1);
  ready(c, ann, 0);
  requeue(c, ann, {sent_to(ann).messages[0].number}, 0s);
  BOOST_TEST(sent_to(ann).bodies() == "a");
  BOOST_TEST(sent_to(bob).bodies() == "a");
}

BOOST_AUTO_TEST_CASE(a_delayed_requeue_comes_exactly_when_due) {
  const auto ann = consumer(c, 1);
  publish({"a"});
  requeue(c, ann, {sent_to(ann).messages[0].number}, 1500ms);
  BOOST_TEST(counter(c, "deferred") == 1u);
  BOOST_TEST(counter(c, "in_flight") == 0u);
  advance(1500ms - 1ns);
  BOOST_TEST(sent_to(ann).bodies() == "a");
  advance(1ns);
  BOOST_TEST(sent_to(ann).bodies() == "a a");
  BOOST_TEST(counter(c, "deferred") == 0u);
}

BOOST_AUTO_TEST_CASE(a_requeue_gives_its_credit_back) {
  const auto ann = consumer(c, 1);
  publish({"a", "b"});
  requeue(c, ann, {sent_to(ann).messages[0].number}, 1h);
  BOOST_TEST(sent_to(ann).bodies() == "a b");
}

// -- memory -------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(gives_out_what_there_is_memory_for) {
  const auto other = short_of_memory();
  std::vector<client_actor> all;
  for (int i = 0; i < 100; ++i)
    all.push_back(consumer(c, 400));
  const auto has = counter(c, "in_flight");
  BOOST_TEST(has > 5'000u);
  BOOST_TEST(has < 30'000u);
  BOOST_TEST(row_of(stat(c).state).word == "memory limit");
  // Others have their part.
  const auto bob = consumer(other, 100);
  BOOST_TEST(sent_to(bob).messages.size() == 100u);
  finish_all(other, bob);
  // What is finished makes room.
  for (int i = 0; i < 10 && counter(c, "depth") > 0; ++i)
    for (const auto& x : all)
      finish_all(c, x);
  BOOST_TEST(counter(c, "depth") == 0u);
}

BOOST_AUTO_TEST_CASE(finds_memory_that_others_gave_back) {
  const auto other = short_of_memory();
  for (int i = 0; i < 100; ++i)
    consumer(other, 400);
  for (int i = 0; i < 100; ++i)
    consumer(c, 400);
  const auto before = counter(c, "in_flight");
  BOOST_TEST(before < 20'000u);
  empty(other);
  BOOST_TEST(counter(c, "in_flight") == before);
  advance(50ms);
  BOOST_TEST(counter(c, "in_flight") > before);
}

// -- answers ------------------------------------------------------------------

namespace {

struct settling_case {
  settling command;
  const char* name;
};

std::ostream& operator<<(std::ostream& out, const settling_case& x) {
  return out << x.name;
}

constexpr settling_case settlings[] = {
  {settling::fin, "FIN"}, {settling::req, "REQ"}, {settling::touch, "TOUCH"}};

void settle(fixture& f, settling command, const client_actor& who,
            const std::vector<uint64_t>& which, ticket t) {
  if (command == settling::fin)
    f.finish(f.c, who, which, t);
  else if (command == settling::req)
    f.requeue(f.c, who, which, 1h, t);
  else
    f.touch(f.c, who, which, t);
}

} // namespace

BOOST_DATA_TEST_CASE_F(fixture, success_without_a_ticket_is_not_answered,
                       boost::unit_test::data::make(settlings)) {
  const auto ann = consumer(c, 1);
  publish({"a"});
  settle(*this, sample.command, ann, {sent_to(ann).messages[0].number}, 0);
  BOOST_TEST(sent_to(ann).answers.empty());
}

BOOST_DATA_TEST_CASE_F(fixture, success_with_a_ticket_is_answered,
                       boost::unit_test::data::make(settlings)) {
  const auto ann = consumer(c, 1);
  publish({"a"});
  settle(*this, sample.command, ann, {sent_to(ann).messages[0].number}, 7);
  BOOST_TEST_REQUIRE(sent_to(ann).answers.size() == 1u);
  BOOST_TEST(sent_to(ann).answers[0].t == 7u);
  BOOST_TEST(!sent_to(ann).answers[0].failed.has_value());
}

BOOST_DATA_TEST_CASE_F(fixture, each_failure_is_listed_in_order,
                       boost::unit_test::data::make(settlings)
                         * boost::unit_test::data::make({0, 7}),
                       what, with) {
  const auto ann = consumer(c, 2);
  const auto bob = consumer(c, 2);
  publish({"a", "b", "c", "d"});
  const auto mine = sent_to(ann).messages[0].number;
  const auto other = sent_to(bob).messages[0].number;
  settle(*this, what.command, ann, {1, mine, other, 2},
         static_cast<ticket>(with));
  BOOST_TEST_REQUIRE(sent_to(ann).answers.size() == 1u);
  const auto& answer = sent_to(ann).answers[0];
  BOOST_TEST(answer.t == static_cast<ticket>(with));
  BOOST_TEST_REQUIRE(answer.failed.has_value());
  BOOST_TEST((answer.failed->command == what.command));
  const auto& list = answer.failed->list;
  BOOST_TEST_REQUIRE(list.size() == 3u);
  BOOST_TEST(list[0].number == 1u);
  BOOST_TEST(list[0].why == queue::settled::not_in_flight);
  BOOST_TEST(list[1].number == other);
  BOOST_TEST(list[1].why == queue::settled::not_owner);
  BOOST_TEST(list[2].number == 2u);
  BOOST_TEST(sent_to(bob).answers.empty());
}

BOOST_AUTO_TEST_CASE(a_failed_finish_gives_no_credit) {
  const auto ann = consumer(c, 1);
  publish({"a", "b"});
  finish(c, ann, {1, 2, 3});
  BOOST_TEST(sent_to(ann).bodies() == "a");
}

BOOST_AUTO_TEST_CASE(a_message_finishes_once) {
  const auto ann = consumer(c, 1);
  publish({"a"});
  finish_all(c, ann);
  finish_all(c, ann);
  BOOST_TEST_REQUIRE(sent_to(ann).answers.size() == 1u);
  BOOST_TEST_REQUIRE(sent_to(ann).answers[0].failed->list.size() == 1u);
  BOOST_TEST(sent_to(ann).answers[0].failed->list[0].why
             == queue::settled::not_in_flight);
}

// -- pause, empty, stat -------------------------------------------------------

BOOST_AUTO_TEST_CASE(delivers_nothing_while_paused) {
  const auto ann = consumer(c, 10);
  pause(c, true);
  publish({"a", "b"});
  BOOST_TEST(sent_to(ann).bodies() == "");
  BOOST_TEST(stat(c).paused);
  pause(c, false);
  BOOST_TEST(sent_to(ann).bodies() == "a b");
  BOOST_TEST(!stat(c).paused);
}

BOOST_AUTO_TEST_CASE(takes_answers_while_paused) {
  const auto ann = consumer(c, 1);
  publish({"a", "b"});
  pause(c, true);
  finish_all(c, ann);
  BOOST_TEST(counter(c, "in_flight") == 0u);
  BOOST_TEST(sent_to(ann).bodies() == "a");
}

BOOST_AUTO_TEST_CASE(messages_time_out_while_paused) {
  const auto ann = consumer(c, 1);
  publish({"a"});
  pause(c, true);
  advance(msg_timeout);
  BOOST_TEST(counter(c, "depth") == 1u);
  BOOST_TEST(counter(c, "timed_out") == 1u);
  BOOST_TEST(sent_to(ann).bodies() == "a");
}

BOOST_AUTO_TEST_CASE(empty_discards_every_message) {
  const auto ann = consumer(c, 1);
  publish({"a", "b", "c"});
  publish(t, batch_of({"d"}, now() + 1s), publisher, 2);
  empty(c);
  BOOST_TEST(counter(c, "depth") == 0u);
  BOOST_TEST(counter(c, "in_flight") == 0u);
  BOOST_TEST(counter(c, "deferred") == 0u);
  pass(2 * msg_timeout, 1s);
  BOOST_TEST(sent_to(ann).bodies() == "a");
}

BOOST_AUTO_TEST_CASE(empty_gives_credit_back) {
  const auto ann = consumer(c, 1);
  publish({"a"});
  const auto lost = sent_to(ann).messages[0].number;
  empty(c);
  publish({"b", "c"});
  BOOST_TEST(sent_to(ann).bodies() == "a b");
  // Its end comes too late, and counts for nothing.
  finish(c, ann, {lost});
  BOOST_TEST(sent_to(ann).bodies() == "a b");
  BOOST_TEST(sent_to(ann).answers.size() == 1u);
}

BOOST_AUTO_TEST_CASE(tells_about_itself) {
  const auto ann = consumer(c, 2);
  publish({"a", "b", "c", "d"});
  publish(t, batch_of({"e"}, now() + 1h), publisher, 2);
  requeue(c, ann, {sent_to(ann).messages[0].number}, 1h);
  finish(c, ann, {sent_to(ann).messages[1].number});
  const auto x = stat(c);
  BOOST_TEST(x.kind == "channel");
  BOOST_TEST(x.name == "c");
  BOOST_TEST(x.id == c.id());
  BOOST_TEST(x.parent == t.id());
  BOOST_TEST(x.figure(&channel_figures::depth) == 0u);
  BOOST_TEST(x.figure(&channel_figures::in_flight) == 2u);
  BOOST_TEST(x.figure(&channel_figures::deferred) == 2u);
  BOOST_TEST(x.figure(&channel_figures::messages) == 5u);
  BOOST_TEST(x.figure(&channel_figures::requeued) == 1u);
  BOOST_TEST(x.figure(&channel_figures::timed_out) == 0u);
  BOOST_TEST(x.figure(&channel_figures::dropped) == 0u);
  BOOST_TEST(x.figure(&channel_figures::consumers) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
