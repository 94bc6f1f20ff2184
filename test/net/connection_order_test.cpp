#include "test/net/scripted.hpp"

#include <boost/test/unit_test.hpp>

namespace cafq::test {

namespace {

using told = std::vector<std::string>;

/// Wire ids of node 0 are the numbers.
std::string id(uint64_t number) {
  const auto result = protocol::make_id(0, number);
  return std::string{protocol::view(result)};
}

std::string fin_error(uint64_t number) {
  return "!E_FIN_FAILED FIN " + id(number) + " failed ID not in flight";
}

/// A client that has published to two topics before, so that it knows them,
/// and is subscribed.
struct fixture : scripted_network {
  fixture() : ann(greet()) {
    send(ann, "SUB s c\n");
    for (const auto* topic : {"t", "u"}) {
      send(ann, pub(topic, "x"));
      accept(topic);
    }
    receive(ann);
    channel_of("s").told.clear();
  }

  connection_handle ann;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(connection_order_tests, fixture)

// -- publishing ---------------------------------------------------------------

BOOST_AUTO_TEST_CASE(nothing_is_answered_before_the_topic_does) {
  BOOST_TEST(talk(ann, pub("t", "a")) == frames{});
  accept("t");
  BOOST_TEST(receive(ann) == (frames{"OK"}));
}

BOOST_AUTO_TEST_CASE(publishes_of_one_read_are_one_put) {
  send(ann, pub("t", "a") + pub("u", "b") + pub("t", "c"));
  BOOST_TEST_REQUIRE(at("t").puts.size() == 1u);
  BOOST_TEST_REQUIRE(at("u").puts.size() == 1u);
  BOOST_TEST(at("t").puts[0].body->items.size() == 1u);
  BOOST_TEST(at("t").puts[0].body->items[0].body->count() == 2u);
  accept("t");
  accept("u");
  BOOST_TEST(receive(ann) == (frames{"OK", "OK", "OK"}));
}

BOOST_AUTO_TEST_CASE(who_publishes_to_a_new_topic_waits_for_the_node) {
  send(ann, pub("t", "a"));
  mute(true);
  send(ann, pub("new", "b"));
  const auto told = stats_of_clients().at(0);
  BOOST_TEST(row_of(told.state).word == "waits for topic");
  BOOST_TEST(told.waits_for.actor == script.id());
  mute(false);
}

BOOST_AUTO_TEST_CASE(answers_keep_the_order_of_the_commands) {
  send(ann, pub("t", "a") + pub("u", "b"));
  accept("u");
  BOOST_TEST(receive(ann) == frames{});
  accept("t");
  BOOST_TEST(receive(ann) == (frames{"OK", "OK"}));
}

BOOST_AUTO_TEST_CASE(answers_keep_the_order_over_several_reads) {
  send(ann, pub("t", "a"));
  send(ann, pub("u", "b"));
  send(ann, pub("t", "c"));
  accept("u");
  BOOST_TEST(receive(ann) == frames{});
  accept("t");
  BOOST_TEST(receive(ann) == (frames{"OK", "OK"}));
  accept("t");
  BOOST_TEST(receive(ann) == (frames{"OK"}));
}

BOOST_AUTO_TEST_CASE(behind_a_refused_publish_nothing_is_done) {
  send(ann, pub("t", "a") + pub("u", "b"));
  refuse("u", "full");
  // It is told behind the answer to the one before, and stops the rest at once.
  BOOST_TEST(receive(ann) == frames{});
  send(ann, pub("t", "c") + pub("new", "d") + "FIN " + id(1) + "\n");
  BOOST_TEST(at("t").puts.size() == 1u);
  BOOST_TEST(!known("new"));
  BOOST_TEST(channel_of("s").told.empty());
  accept("t");
  BOOST_TEST(receive(ann) == (frames{"OK", "!E_PUB_FAILED PUB failed full"}));
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(a_refusal_waits_for_its_turn) {
  send(ann, pub("t", "a") + pub("u", "b"));
  refuse("u", "queue full");
  BOOST_TEST(receive(ann) == frames{});
  BOOST_TEST(!closed(ann));
  accept("t");
  BOOST_TEST(receive(ann)
             == (frames{"OK", "!E_PUB_FAILED PUB failed queue full"}));
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(nothing_is_answered_behind_a_refusal) {
  send(ann, pub("t", "a"));
  send(ann, pub("u", "b"));
  accept("u");
  refuse("t", "queue full");
  BOOST_TEST(receive(ann) == (frames{"!E_PUB_FAILED PUB failed queue full"}));
}

BOOST_AUTO_TEST_CASE(a_topic_that_ends_fails_what_it_owes) {
  send(ann, pub("t", "a") + pub("u", "b"));
  const auto gone = state_of<scripted_node_state>(script).topics.at("u");
  self->send_exit(gone, caf::exit_reason::user_shutdown);
  run();
  BOOST_TEST(receive(ann) == frames{});
  accept("t");
  BOOST_TEST(receive(ann)
             == (frames{"OK", "!E_PUB_FAILED PUB failed exiting"}));
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(a_fatal_error_waits_for_the_answers_before_it) {
  send(ann, pub("t", "a") + "BOGUS\n");
  BOOST_TEST(receive(ann) == frames{});
  BOOST_TEST(!closed(ann));
  accept("t");
  BOOST_TEST(receive(ann)
             == (frames{"OK", "!E_INVALID invalid command BOGUS"}));
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(close_wait_waits_for_the_answers_before_it) {
  BOOST_TEST(talk(ann, pub("t", "a") + "CLS\n") == frames{});
  accept("t");
  BOOST_TEST(receive(ann) == (frames{"OK", "CLOSE_WAIT"}));
}

BOOST_AUTO_TEST_CASE(deliveries_do_not_wait_for_answers) {
  send(ann, pub("t", "a"));
  deliver("s", numbered(1));
  BOOST_TEST(receive(ann) == (frames{"#1 1"}));
}

// -- settling -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(settlings_of_one_read_are_one_message_each) {
  send(ann, "FIN " + id(1) + "\nFIN " + id(2) + "\nTOUCH " + id(3) + "\nREQ "
              + id(4) + " 0\nREQ " + id(5) + " 10\n");
  BOOST_TEST(channel_of("s").told == (told{"FIN 2", "TOUCH 1", "REQ 2"}));
  BOOST_TEST(channel_of("s").settlings.at(0).numbers
             == (std::vector<uint64_t>{1, 2}));
}

BOOST_AUTO_TEST_CASE(rdy_keeps_its_place_among_them) {
  send(ann, "RDY 0\nFIN " + id(1) + "\nRDY 5\nRDY 7\n");
  BOOST_TEST(channel_of("s").told == (told{"RDY 0", "FIN 1", "RDY 7"}));
}

BOOST_AUTO_TEST_CASE(cls_sets_rdy_to_0_behind_what_is_before_it) {
  send(ann, "FIN " + id(1) + "\nCLS\n");
  BOOST_TEST(channel_of("s").told == (told{"FIN 1", "RDY 0"}));
}

BOOST_AUTO_TEST_CASE(a_settling_with_nothing_behind_it_needs_no_answer) {
  send(ann, "FIN " + id(1) + "\n");
  BOOST_TEST(channel_of("s").settlings.at(0).t == 0u);
  BOOST_TEST(talk(ann, pub("t", "a")) == frames{});
  accept("t");
  BOOST_TEST(receive(ann) == (frames{"OK"}));
}

BOOST_AUTO_TEST_CASE(a_failure_comes_before_a_later_ok_of_the_same_read) {
  send(ann, "FIN " + id(1) + "\n" + pub("t", "a"));
  BOOST_TEST(channel_of("s").settlings.at(0).t != 0u);
  accept("t");
  BOOST_TEST(receive(ann) == frames{});
  answer("s", settling::fin, {1});
  BOOST_TEST(receive(ann) == (frames{fin_error(1), "OK"}));
}

BOOST_AUTO_TEST_CASE(a_success_leaves_no_trace_before_a_later_ok) {
  send(ann, "FIN " + id(1) + "\n" + pub("t", "a"));
  accept("t");
  answer("s", settling::fin, {});
  BOOST_TEST(receive(ann) == (frames{"OK"}));
}

BOOST_AUTO_TEST_CASE(a_failure_comes_behind_an_earlier_ok_of_the_same_read) {
  send(ann, pub("t", "a") + "FIN " + id(1) + "\n" + pub("u", "b"));
  answer("s", settling::fin, {1});
  accept("u");
  BOOST_TEST(receive(ann) == frames{});
  accept("t");
  BOOST_TEST(receive(ann) == (frames{"OK", fin_error(1), "OK"}));
}

BOOST_AUTO_TEST_CASE(a_failure_at_the_end_of_a_read_waits_for_its_turn) {
  send(ann, pub("t", "a") + "FIN " + id(1) + "\n");
  answer("s", settling::fin, {1});
  BOOST_TEST(receive(ann) == frames{});
  accept("t");
  BOOST_TEST(receive(ann) == (frames{"OK", fin_error(1)}));
}

BOOST_AUTO_TEST_CASE(a_failure_waits_for_the_answers_of_earlier_reads) {
  send(ann, pub("t", "a"));
  send(ann, "FIN " + id(1) + "\n");
  answer("s", settling::fin, {1});
  BOOST_TEST(receive(ann) == frames{});
  accept("t");
  BOOST_TEST(receive(ann) == (frames{"OK", fin_error(1)}));
}

BOOST_AUTO_TEST_CASE(all_failures_of_a_message_are_told_in_order) {
  send(ann, "FIN " + id(3) + "\nFIN " + id(1) + "\nFIN " + id(2) + "\n");
  answer("s", settling::fin, {3, 2});
  BOOST_TEST(receive(ann) == (frames{fin_error(3), fin_error(2)}));
}

BOOST_AUTO_TEST_CASE(each_kind_of_failure_has_its_words) {
  send(ann, "REQ " + id(1) + " 0\nTOUCH " + id(2) + "\n");
  answer("s", settling::req, {1});
  answer("s", settling::touch, {2});
  BOOST_TEST(
    receive(ann)
    == (frames{"!E_REQ_FAILED REQ " + id(1) + " failed ID not in flight",
               "!E_TOUCH_FAILED TOUCH " + id(2) + " failed ID not in flight"}));
}

BOOST_AUTO_TEST_CASE(a_failure_comes_before_a_fatal_error_behind_it) {
  send(ann, "FIN " + id(1) + "\nBOGUS\n");
  BOOST_TEST(receive(ann) == frames{});
  answer("s", settling::fin, {1});
  BOOST_TEST(receive(ann)
             == (frames{fin_error(1), "!E_INVALID invalid command BOGUS"}));
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
