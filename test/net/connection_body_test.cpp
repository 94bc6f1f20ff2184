#include "test/net/scripted.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

// Large commands that have not arrived whole, and the memory there is for them.

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

constexpr size_t kib = 1024;

/// Room for one of the large commands here.
struct fixture : scripted_network {
  fixture() {
    settings->bodies = std::make_shared<body_budgets>(
      std::make_shared<body_budget>(500 * kib));
    ann = greet();
    bob = greet();
  }

  /// Sends the first 200 of 300 KiB.
  void begin(connection_handle who) {
    send(who, whole.substr(0, 200 * kib));
  }

  void complete(connection_handle who) {
    send(who, whole.substr(200 * kib));
  }

  void leave(connection_handle who) {
    mpx.impl_ptr(who)->io_failure(&mpx, caf::io::network::operation::read);
    run();
  }

  /// Accepts what a client has sent, whose answer is this.
  frames published(connection_handle who) {
    if (at("t").puts.empty())
      return {"no put"};
    accept("t");
    return receive(who);
  }

  const std::string whole = pub("t", std::string(300 * kib, 'x'));
  connection_handle ann;
  connection_handle bob;
};

const frames ok{"OK"};

} // namespace

BOOST_FIXTURE_TEST_SUITE(connection_body_tests, fixture)

BOOST_AUTO_TEST_CASE(the_second_waits_for_the_first) {
  begin(ann);
  begin(bob);
  BOOST_TEST(reading(ann));
  BOOST_TEST(unread(ann) == 0u);
  BOOST_TEST(!reading(bob));
  // Two reads.
  BOOST_TEST(200 * kib - unread(bob) <= 128 * kib);
  complete(ann);
  BOOST_TEST(published(ann) == ok);
  BOOST_TEST(reading(bob));
  complete(bob);
  BOOST_TEST(published(bob) == ok);
  BOOST_TEST(body_budget::bytes_in_memory() == 0u);
}

BOOST_AUTO_TEST_CASE(they_take_turns) {
  begin(ann);
  begin(bob);
  send(ann, whole.substr(200 * kib) + whole);
  // She has more to say, but he has waited.
  BOOST_TEST(published(ann) == ok);
  BOOST_TEST(reading(bob));
  BOOST_TEST(!reading(ann));
  complete(bob);
  BOOST_TEST(published(bob) == ok);
  read(ann);
  BOOST_TEST(published(ann) == ok);
}

BOOST_AUTO_TEST_CASE(small_ones_and_promises_need_none) {
  begin(ann);
  send(bob, pub("t", std::string(60 * kib, 'x')));
  BOOST_TEST(published(bob) == ok);
  const auto cid = greet();
  send(cid, whole.substr(0, 3 * kib));
  BOOST_TEST(reading(cid));
  BOOST_TEST(body_budget::waiting() == 0u);
}

BOOST_AUTO_TEST_CASE(one_that_leaves_makes_room) {
  begin(ann);
  begin(bob);
  const auto cid = greet();
  begin(cid);
  leave(ann);
  BOOST_TEST(reading(bob));
  BOOST_TEST(!reading(cid));
  leave(bob);
  BOOST_TEST(reading(cid));
}

BOOST_AUTO_TEST_CASE(one_that_stalls_goes_when_others_wait) {
  begin(ann);
  begin(bob);
  // The first look finds what had just come.
  pass(4s, 1s);
  BOOST_TEST(receive(ann)
             == (frames{"!E_BAD_MESSAGE PUB failed to read message body"}));
  BOOST_TEST(closed(ann));
  complete(bob);
  BOOST_TEST(published(bob) == ok);
  // He waited for himself: nobody is slow while nobody waits.
  begin(bob);
  pass(50s, 1s);
  BOOST_TEST(!closed(bob));
}

BOOST_AUTO_TEST_CASE(one_that_goes_on_stays) {
  begin(ann);
  begin(bob);
  for (size_t at = 200 * kib; at < whole.size(); at += 40 * kib) {
    pass(1s, 1s);
    send(ann, whole.substr(at, 40 * kib));
  }
  BOOST_TEST(published(ann) == ok);
  BOOST_TEST(reading(bob));
}

BOOST_AUTO_TEST_CASE(one_that_waits_owes_nothing) {
  send(bob, "IDENTIFY\n" + sized(R"({"heartbeat_interval":1000})"));
  receive(bob);
  begin(ann);
  begin(bob);
  for (size_t i = 0; i < 5; ++i) {
    send(ann, whole.substr((200 + i * 20) * kib, 19 * kib));
    advance(1s);
    receive(bob);
  }
  BOOST_TEST(!closed(ann));
  BOOST_TEST(!closed(bob));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
