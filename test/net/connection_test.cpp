#include "net/protocol/message_id.hpp"
#include "test/net/network.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

struct fixture : network {
  /// Returns the wire id of the first message in these bytes.
  static std::string id_in(const std::string& bytes) {
    return bytes.substr(18, 16);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(connection_tests, fixture)

// -- greeting -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_magic_is_not_answered) {
  const auto ann = connect();
  BOOST_TEST(talk(ann, "  V2") == frames{});
  BOOST_TEST(!closed(ann));
}

BOOST_AUTO_TEST_CASE(another_magic_ends_the_connection) {
  const auto ann = connect();
  BOOST_TEST(talk(ann, "  V1") == (frames{"!E_BAD_PROTOCOL"}));
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(magic_and_commands_may_come_together) {
  BOOST_TEST(talk(connect(), "  V2" + pub("t", "a")) == (frames{"OK"}));
}

// -- publishing ---------------------------------------------------------------

BOOST_AUTO_TEST_CASE(answers_pub_with_ok) {
  const auto ann = greet();
  send(ann, pub("t", "hi"));
  const std::string expected{"\0\0\0\x06\0\0\0\0OK", 10};
  BOOST_TEST((receive_bytes(ann) == expected));
  BOOST_TEST(counter(topic("t"), "messages") == 1u);
}

BOOST_AUTO_TEST_CASE(answers_each_of_many_publishes) {
  const auto ann = greet();
  std::string all;
  for (int i = 0; i < 500; ++i)
    all += pub(i % 3 == 0 ? "t" : "u", "x");
  BOOST_TEST(talk(ann, all) == frames(500, "OK"));
  BOOST_TEST(counter(topic("t"), "messages") == 167u);
  BOOST_TEST(counter(topic("u"), "messages") == 333u);
}

BOOST_AUTO_TEST_CASE(answers_an_mpub_once) {
  const auto ann = greet();
  const auto body = be(2) + sized("a") + sized("b");
  BOOST_TEST(talk(ann, "MPUB t\n" + sized(body)) == (frames{"OK"}));
  BOOST_TEST(counter(topic("t"), "messages") == 2u);
}

BOOST_AUTO_TEST_CASE(a_deferred_publish_waits) {
  const auto ann = greet();
  talk(ann, "SUB t c\nRDY 5\n");
  BOOST_TEST(talk(ann, "DPUB t 1500\n" + sized("a")) == (frames{"OK"}));
  advance(1500ms - 1ns);
  BOOST_TEST(receive(ann) == frames{});
  advance(1ns);
  BOOST_TEST(receive(ann) == (frames{"#1 a"}));
}

BOOST_AUTO_TEST_CASE(a_large_message_arrives_whole) {
  const auto ann = greet();
  const std::string body(1'000'000, 'x');
  talk(ann, "SUB t c\nRDY 1\n");
  BOOST_TEST((talk(ann, pub("t", body)) == frames{"OK", "#1 " + body}));
}

// -- consuming ----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(delivers_to_a_subscriber) {
  const auto ann = greet();
  BOOST_TEST(talk(ann, "SUB t c\n") == (frames{"OK"}));
  BOOST_TEST(talk(ann, pub("t", "a")) == (frames{"OK"}));
  BOOST_TEST(talk(ann, "RDY 1\n") == (frames{"#1 a"}));
}

BOOST_AUTO_TEST_CASE(a_message_frame_has_attempts_id_and_body) {
  settings->node_id = 5;
  const auto bob = consumer(channel(), 1);
  const auto ann = greet();
  talk(ann, "SUB t d\nRDY 1\n");
  talk(greet(), pub("t", "hi"));
  const auto bytes = receive_bytes(ann);
  BOOST_TEST_REQUIRE(bytes.size() == 36u);
  BOOST_TEST((bytes.substr(0, 8) == std::string{"\0\0\0\x20\0\0\0\x02", 8}));
  BOOST_TEST((bytes.substr(16, 2) == std::string{"\0\x01", 2}));
  const auto id = protocol::make_id(5, sent_to(bob).messages.at(0).number);
  BOOST_TEST(bytes.substr(18, 16) == protocol::view(id));
  BOOST_TEST(bytes.substr(34) == "hi");
}

BOOST_AUTO_TEST_CASE(a_finished_message_makes_room_for_the_next) {
  const auto ann = greet();
  talk(ann, "SUB t c\nRDY 1\n");
  talk(greet(), pub("t", "a") + pub("t", "b"));
  const auto bytes = receive_bytes(ann);
  BOOST_TEST(frames_in(bytes) == (frames{"#1 a"}));
  BOOST_TEST(talk(ann, "FIN " + id_in(bytes) + "\n") == (frames{"#1 b"}));
}

BOOST_AUTO_TEST_CASE(a_requeued_message_comes_again) {
  const auto ann = greet();
  talk(ann, "SUB t c\nRDY 1\n");
  talk(greet(), pub("t", "a"));
  const auto bytes = receive_bytes(ann);
  BOOST_TEST(talk(ann, "REQ " + id_in(bytes) + " 0\n") == (frames{"#2 a"}));
}

BOOST_AUTO_TEST_CASE(only_ids_of_this_node_can_be_in_flight) {
  settings->node_id = 5;
  const auto ann = greet();
  talk(ann, "SUB t c\nRDY 1\n");
  talk(greet(), pub("t", "a"));
  const auto bytes = receive_bytes(ann);
  const auto id = id_in(bytes);
  const auto number = protocol::parse_id([&] {
    protocol::message_id x{};
    std::copy(id.begin(), id.end(), x.begin());
    return x;
  }());
  BOOST_TEST_REQUIRE(number.has_value());
  BOOST_TEST((*number >> 54U) == 5u);
  const auto other = protocol::make_id(6, *number & ((1ULL << 54U) - 1));
  const std::string wrong{protocol::view(other)};
  BOOST_TEST(
    talk(ann, "FIN " + wrong + "\n")
    == (frames{"!E_FIN_FAILED FIN " + wrong + " failed ID not in flight"}));
  BOOST_TEST(talk(ann, "FIN " + id + "\n") == frames{});
}

BOOST_AUTO_TEST_CASE(a_failed_settling_does_not_end_the_connection) {
  const auto ann = greet();
  talk(ann, "SUB t c\n");
  const std::string id = "0000000000000001";
  BOOST_TEST(
    talk(ann, "FIN " + id + "\nREQ " + id + " 0\nTOUCH " + id + "\nNOP\n")
    == (frames{"!E_FIN_FAILED FIN " + id + " failed ID not in flight",
               "!E_REQ_FAILED REQ " + id + " failed ID not in flight",
               "!E_TOUCH_FAILED TOUCH " + id + " failed ID not in flight"}));
  BOOST_TEST(!closed(ann));
}

BOOST_AUTO_TEST_CASE(cls_ends_deliveries) {
  const auto ann = greet();
  talk(ann, "SUB t c\nRDY 1\n");
  BOOST_TEST(talk(ann, "CLS\n") == (frames{"CLOSE_WAIT"}));
  talk(greet(), pub("t", "a"));
  BOOST_TEST(receive(ann) == frames{});
  BOOST_TEST(talk(ann, "RDY 1\n") == frames{});
  BOOST_TEST(!closed(ann));
}

BOOST_AUTO_TEST_CASE(sampling_is_negotiated) {
  const auto ann = greet();
  talk(ann,
       "IDENTIFY\n" + sized(R"({"sample_rate":1})") + "SUB t c\nRDY 2500\n");
  std::string all;
  for (int i = 0; i < 1000; ++i)
    all += pub("t", "x");
  talk(greet(), all);
  // 2 of 100 on average.
  BOOST_TEST(receive(ann).size() < 100u);
  BOOST_TEST(counter(channel(), "depth") == 0u);
}

BOOST_AUTO_TEST_CASE(the_message_timeout_is_negotiated) {
  const auto ann = greet();
  talk(ann,
       "IDENTIFY\n" + sized(R"({"msg_timeout":1500})") + "SUB t c\nRDY 1\n");
  talk(greet(), pub("t", "a"));
  BOOST_TEST(receive(ann) == (frames{"#1 a"}));
  advance(1500ms - 1ns);
  BOOST_TEST(receive(ann) == frames{});
  advance(queue::deadline_index::granularity);
  BOOST_TEST(receive(ann) == (frames{"#2 a"}));
}

BOOST_AUTO_TEST_CASE(too_many_consumers_are_told) {
  node_settings with;
  with.max_channel_consumers = 1;
  start(with);
  settings->max_channel_consumers = 1;
  listen(node, {100, 100});
  talk(greet(), "SUB t c\n");
  const auto bob = greet();
  BOOST_TEST(talk(bob, "SUB t c\n")
             == (frames{"!E_SUB_FAILED SUB failed consumers for t:c exceeds "
                        "limit of 1"}));
  BOOST_TEST(closed(bob));
}

// -- errors and the end -------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_fatal_error_ends_the_connection) {
  const auto ann = greet();
  BOOST_TEST(talk(ann, "BOGUS\n")
             == (frames{"!E_INVALID invalid command BOGUS"}));
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(nothing_behind_a_fatal_error_is_executed) {
  const auto ann = greet();
  talk(ann, pub("t", "a") + "BOGUS\n" + pub("t", "b"));
  BOOST_TEST(counter(topic("t"), "messages") == 1u);
}

BOOST_AUTO_TEST_CASE(closes_when_the_error_has_left) {
  const auto ann = greet();
  send(ann, "BOGUS\n");
  BOOST_TEST(!closed(ann));
  receive(ann);
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(closes_without_a_frame_when_its_channel_is_erased) {
  const auto ann = greet();
  talk(ann, "SUB t c\nRDY 1\n");
  ask<atom::erase>(topic(), atom::erase_v, std::string{"c"});
  BOOST_TEST(receive(ann) == frames{});
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(a_publisher_outlives_its_topic) {
  const auto ann = greet();
  talk(ann, pub("t", "a"));
  ask<atom::erase>(node, atom::erase_v, std::string{"t"});
  BOOST_TEST(talk(ann, pub("t", "b")) == (frames{"OK"}));
  BOOST_TEST(counter(topic("t"), "messages") == 1u);
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_leaves_its_channel) {
  const auto ann = greet();
  talk(ann, "SUB t c\nRDY 1\n");
  mpx.impl_ptr(ann)->io_failure(&mpx, caf::io::network::operation::read);
  run();
  BOOST_TEST(counter(channel(), "consumers") == 0u);
  BOOST_TEST(counter(listener, "connections") == 0u);
}

// -- pieces -------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(says_the_same_wherever_the_input_is_cut) {
  const std::string id = "0000000000000001";
  const auto text = "  V2IDENTIFY\n" + sized("{}") + "NOP\n" + pub("t", "hello")
                    + "MPUB u\n" + sized(be(2) + sized("a") + sized("bb"))
                    + "SUB v c\nRDY 1\nFIN " + id + "\n" + pub("v", "world")
                    + "REQ " + id + " 5\nCLS\nBOGUS\n";
  const frames expected{"OK",
                        "OK",
                        "OK",
                        "OK",
                        "!E_FIN_FAILED FIN " + id + " failed ID not in flight",
                        "OK",
                        "!E_REQ_FAILED REQ " + id + " failed ID not in flight",
                        "CLOSE_WAIT",
                        "!E_INVALID invalid command BOGUS"};
  const auto without_messages = [](frames x) {
    std::erase_if(x, [](const auto& y) { return y.front() == '#'; });
    return x;
  };
  BOOST_TEST(without_messages(talk(connect(), text)) == expected);
  for (size_t i = 1; i < text.size(); ++i) {
    const auto ann = connect();
    send(ann, std::string_view{text}.substr(0, i));
    send(ann, std::string_view{text}.substr(i));
    BOOST_TEST(without_messages(receive(ann)) == expected);
    BOOST_TEST(closed(ann));
  }
  const auto ann = connect();
  for (auto ch : text)
    send(ann, {&ch, 1});
  BOOST_TEST(without_messages(receive(ann)) == expected);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
