#include "test/support/broker.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

struct fixture : broker {
  bool has_channel(const std::string& name) {
    return ask<channel_actor>(t, atom::find_v, name).has_value();
  }

  /// @returns whether there was such a channel.
  bool erase(const std::string& name) {
    return ask<atom::erase>(t, atom::erase_v, name).has_value();
  }

  topic_actor t = topic();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(topic_tests, fixture)

// -- publishing ---------------------------------------------------------------

BOOST_AUTO_TEST_CASE(every_channel_gets_every_message) {
  const auto ann = consumer(channel("c1"), 10);
  const auto bob = consumer(channel("c2"), 10);
  publish({"a", "b"});
  publish({"c"});
  BOOST_TEST(sent_to(ann).bodies() == "a b c");
  BOOST_TEST(sent_to(bob).bodies() == "a b c");
}

BOOST_AUTO_TEST_CASE(channels_settle_on_their_own) {
  const auto c1 = channel("c1");
  const auto c2 = channel("c2");
  const auto ann = consumer(c1, 10);
  const auto bob = consumer(c2, 10);
  publish({"a"});
  finish_all(c1, ann);
  BOOST_TEST(counter(c1, "in_flight") == 0u);
  BOOST_TEST(counter(c2, "in_flight") == 1u);
  advance(msg_timeout);
  BOOST_TEST(sent_to(ann).bodies() == "a");
  BOOST_TEST(sent_to(bob).bodies() == "a a");
}

BOOST_AUTO_TEST_CASE(accepts_each_put_by_its_ticket) {
  const auto ann = client();
  publish(t, batch_of({"a"}), ann, 3);
  publish(t, batch_of({"b", "c"}), ann, 9);
  BOOST_TEST(sent_to(ann).accepted == (std::vector<ticket>{3, 9}));
  BOOST_TEST(sent_to(ann).refused.empty());
}

BOOST_AUTO_TEST_CASE(numbers_messages_one_by_one) {
  const auto ann = consumer(channel(), 10);
  publish({"a", "b", "c"});
  publish({"d"});
  const auto& got = sent_to(ann).messages;
  BOOST_TEST_REQUIRE(got.size() == 4u);
  for (size_t i = 1; i < got.size(); ++i)
    BOOST_TEST(got[i].number == got[0].number + i);
}

BOOST_AUTO_TEST_CASE(numbers_fit_54_bits) {
  const auto ann = consumer(channel(), 1);
  publish({"a"});
  BOOST_TEST(sent_to(ann).messages.at(0).number > 1'700'000'000'000'000u);
  BOOST_TEST(sent_to(ann).messages.at(0).number < uint64_t{1} << 54U);
}

// -- what the topic holds -----------------------------------------------------

BOOST_AUTO_TEST_CASE(the_first_channel_takes_what_the_topic_holds) {
  publish({"a", "b"});
  publish({"c"});
  BOOST_TEST(counter(t, "depth") == 3u);
  const auto ann = consumer(channel("c1"), 10);
  BOOST_TEST(counter(t, "depth") == 0u);
  const auto bob = consumer(channel("c2"), 10);
  BOOST_TEST(sent_to(ann).bodies() == "a b c");
  BOOST_TEST(sent_to(bob).bodies() == "");
}

BOOST_AUTO_TEST_CASE(holds_messages_while_paused) {
  const auto ann = consumer(channel("c1"), 10);
  const auto bob = consumer(channel("c2"), 10);
  pause(t, true);
  publish({"a", "b"});
  BOOST_TEST(stat(t).paused);
  BOOST_TEST(counter(t, "depth") == 2u);
  BOOST_TEST(sent_to(ann).bodies() == "");
  pause(t, false);
  BOOST_TEST(!stat(t).paused);
  BOOST_TEST(counter(t, "depth") == 0u);
  BOOST_TEST(sent_to(ann).bodies() == "a b");
  BOOST_TEST(sent_to(bob).bodies() == "a b");
}

BOOST_AUTO_TEST_CASE(a_paused_topic_gives_a_new_channel_nothing) {
  publish({"a"});
  pause(t, true);
  const auto ann = consumer(channel(), 10);
  BOOST_TEST(sent_to(ann).bodies() == "");
  BOOST_TEST(counter(t, "depth") == 1u);
  pause(t, false);
  BOOST_TEST(sent_to(ann).bodies() == "a");
}

BOOST_AUTO_TEST_CASE(an_unpaused_topic_without_channels_holds_on) {
  pause(t, true);
  publish({"a"});
  pause(t, false);
  BOOST_TEST(counter(t, "depth") == 1u);
  const auto ann = consumer(channel(), 10);
  BOOST_TEST(sent_to(ann).bodies() == "a");
}

BOOST_AUTO_TEST_CASE(a_paused_topic_does_not_stop_its_channels) {
  const auto c = channel();
  const auto ann = consumer(c, 1);
  publish({"a", "b"});
  pause(t, true);
  finish_all(c, ann);
  BOOST_TEST(sent_to(ann).bodies() == "a b");
}

BOOST_AUTO_TEST_CASE(empty_discards_only_what_the_topic_holds) {
  const auto c = channel();
  publish({"a"});
  pause(t, true);
  publish({"b"});
  empty(t);
  BOOST_TEST(counter(t, "depth") == 0u);
  pause(t, false);
  const auto ann = consumer(c, 10);
  BOOST_TEST(sent_to(ann).bodies() == "a");
}

// -- deferred -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_deferred_publish_comes_exactly_when_due) {
  const auto c = channel();
  const auto ann = consumer(c, 10);
  publish(t, batch_of({"a"}, now() + 1500ms), client(), 1);
  BOOST_TEST(counter(c, "deferred") == 1u);
  advance(1500ms - 1ns);
  BOOST_TEST(sent_to(ann).bodies() == "");
  advance(1ns);
  BOOST_TEST(sent_to(ann).bodies() == "a");
  BOOST_TEST(sent_to(ann).messages[0].attempts == 1u);
}

BOOST_AUTO_TEST_CASE(the_delay_counts_from_the_publish) {
  publish(t, batch_of({"a"}, now() + 10s), client(), 1);
  // It waits in the topic meanwhile.
  advance(6s);
  BOOST_TEST(counter(t, "depth") == 1u);
  const auto ann = consumer(channel(), 10);
  advance(4s - 1ns);
  BOOST_TEST(sent_to(ann).bodies() == "");
  advance(1ns);
  BOOST_TEST(sent_to(ann).bodies() == "a");
}

BOOST_AUTO_TEST_CASE(what_came_due_in_the_topic_is_delivered_at_once) {
  publish(t, batch_of({"a"}, now() + 1s), client(), 1);
  advance(5s);
  const auto ann = consumer(channel(), 10);
  // The channel has a timer for it that is due now.
  advance(0s);
  BOOST_TEST(sent_to(ann).bodies() == "a");
}

// -- channels -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_channel_is_made_once) {
  const auto c = channel("c");
  BOOST_TEST((channel("c") == c));
  BOOST_TEST((channel("d") != c));
}

BOOST_AUTO_TEST_CASE(finds_only_what_there_is) {
  BOOST_TEST(!has_channel("c"));
  BOOST_TEST((last_error == ec::no_such_channel), render(last_error));
  channel("c");
  BOOST_TEST(has_channel("c"));
}

BOOST_AUTO_TEST_CASE(lists_its_channels) {
  using channels = std::vector<channel_actor>;
  BOOST_TEST(ask<channels>(t, atom::list_v)->empty());
  const auto c2 = channel("c2");
  const auto c1 = channel("c1");
  BOOST_TEST((*ask<channels>(t, atom::list_v) == channels{c1, c2}));
}

BOOST_AUTO_TEST_CASE(an_erased_channel_ends_and_its_clients_learn_of_it) {
  const auto c = channel();
  const auto ann = consumer(c, 1);
  watch(ann, c);
  BOOST_TEST(erase("c"));
  BOOST_TEST(sent_to(ann).gone == 1u);
  BOOST_TEST(!has_channel("c"));
  BOOST_TEST(counter(t, "channels") == 0u);
}

BOOST_AUTO_TEST_CASE(erases_nothing_twice) {
  channel();
  BOOST_TEST(erase("c"));
  BOOST_TEST(!erase("c"));
  BOOST_TEST((last_error == ec::no_such_channel), render(last_error));
}

BOOST_AUTO_TEST_CASE(an_erased_channel_takes_its_messages_along) {
  channel();
  publish({"a"});
  erase("c");
  const auto ann = consumer(channel(), 1);
  publish({"b"});
  BOOST_TEST(sent_to(ann).bodies() == "b");
}

BOOST_AUTO_TEST_CASE(holds_messages_again_without_channels) {
  channel();
  erase("c");
  publish({"a"});
  BOOST_TEST(counter(t, "depth") == 1u);
  BOOST_TEST(sent_to(publisher).accepted.size() == 1u);
  const auto ann = consumer(channel(), 1);
  BOOST_TEST(sent_to(ann).bodies() == "a");
}

BOOST_AUTO_TEST_CASE(a_channel_that_failed_is_forgotten) {
  const auto c = channel();
  self->send_exit(c, caf::exit_reason::kill);
  run();
  BOOST_TEST(!has_channel("c"));
  BOOST_TEST((channel() != c));
}

BOOST_AUTO_TEST_CASE(a_new_channel_outlives_the_end_of_its_namesake) {
  const auto old = channel();
  // The topic has not seen the old one go when the new one is there.
  self->send(t, atom::erase_v, std::string{"c"});
  self->send(t, atom::channel_v, std::string{"c"});
  run();
  BOOST_TEST(has_channel("c"));
  BOOST_TEST((channel() != old));
}

// -- stat ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(tells_about_itself) {
  channel("c1");
  channel("c2");
  publish({"a", "bb"});
  pause(t, true);
  publish({"ccc"});
  const auto x = stat(t);
  BOOST_TEST(x.kind == "topic");
  BOOST_TEST(x.name == "t");
  BOOST_TEST(x.id == t.id());
  BOOST_TEST(x.parent == node.id());
  BOOST_TEST(x.paused);
  BOOST_TEST(x.figure(&topic_figures::depth) == 1u);
  BOOST_TEST(x.figure(&topic_figures::messages) == 3u);
  BOOST_TEST(x.figure(&topic_figures::bytes) == 6u);
  BOOST_TEST(x.figure(&topic_figures::dropped) == 0u);
  BOOST_TEST(x.figure(&topic_figures::waiting) == 0u);
  BOOST_TEST(x.figure(&topic_figures::channels) == 2u);
}

BOOST_AUTO_TEST_CASE(no_timer_runs_while_idle) {
  channel();
  publish({"a"});
  BOOST_TEST(timers() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
