#include "test/net/scripted.hpp"
#include "test/net/scripted_authorizer.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

const std::string told
  = R"({"identity":"Ann","identity_url":"","permission_count":1})";

struct fixture : scripted_network {
  fixture() {
    settings->authorizer = sys.spawn(scripted_authorizer);
    settings->limits.auth_enabled = true;
    run();
  }

  ~fixture() {
    self->send_exit(settings->authorizer, caf::exit_reason::user_shutdown);
    run();
  }

  auto& questions() {
    return state_of<scripted_authorizer_state>(settings->authorizer).open;
  }

  /// Answers the oldest question.
  void grant(const grant_ptr& x) {
    auto question = questions().at(0);
    questions().erase(questions().begin());
    question.answer.deliver(x);
    run();
  }

  /// Returns a client that may do everything with a topic.
  connection_handle let_in(const std::string& topic) {
    const auto result = greet();
    send(result, "AUTH\n" + sized("secret"));
    grant(all_of(topic));
    receive(result);
    return result;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(connection_auth_tests, fixture)

BOOST_AUTO_TEST_CASE(later_commands_wait_in_order) {
  const auto ann = greet();
  send(ann, "AUTH\n" + sized("secret") + pub("t", "a") + "bad\n");
  BOOST_TEST(receive(ann) == frames{});
  BOOST_TEST_REQUIRE(questions().size() == 1u);
  BOOST_TEST(questions()[0].what->secret == "secret");
  BOOST_TEST(!questions()[0].what->tls);
  grant(all_of("t"));
  BOOST_TEST(receive(ann) == (frames{told}));
  accept("t");
  BOOST_TEST(receive(ann) == (frames{"OK", "!E_INVALID invalid command bad"}));
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(who_waits_for_an_auth_server_says_so) {
  const auto ann = greet();
  send(ann, "AUTH\n" + sized("secret"));
  const auto told = stats_of_clients().at(0);
  BOOST_TEST(row_of(told.state).word == "asking auth");
  BOOST_TEST(told.waits_for.actor == settings->authorizer.id());
  grant(all_of("t"));
  BOOST_TEST(row_of(stats_of_clients().at(0).state).word == "idle");
  send(ann, pub("t", "a"));
  BOOST_TEST(row_of(stats_of_clients().at(0).state).word == "busy");
}

BOOST_AUTO_TEST_CASE(other_clients_go_on) {
  const auto ann = let_in("t");
  const auto bob = greet();
  send(bob, "AUTH\n" + sized("slow"));
  send(ann, pub("t", "a"));
  accept("t");
  BOOST_TEST(receive(ann) == (frames{"OK"}));
  BOOST_TEST(receive(bob) == frames{});
}

BOOST_AUTO_TEST_CASE(a_command_past_the_ttl_waits_for_the_next_answer) {
  const auto ann = let_in("t");
  advance(10s);
  send(ann, pub("t", "a"));
  BOOST_TEST(questions().empty());
  accept("t");
  BOOST_TEST(receive(ann) == (frames{"OK"}));
  advance(1ns);
  send(ann, "NOP\n");
  BOOST_TEST(questions().empty());
  send(ann, pub("t", "b") + pub("t", "c"));
  BOOST_TEST(questions().size() == 1u);
  BOOST_TEST(at("t").puts.empty());
  grant(all_of("t"));
  BOOST_TEST(questions().empty());
  BOOST_TEST_REQUIRE(at("t").puts.size() == 1u);
  accept("t");
  BOOST_TEST(receive(ann) == (frames{"OK", "OK"}));
}

BOOST_AUTO_TEST_CASE(what_waits_for_the_next_answer_counts_as_held) {
  constexpr size_t size = 50'000;
  const auto large = pub("t", std::string(size, 'x'));
  const auto ann = let_in("t");
  // The buffers have their size from here on.
  send(ann, large);
  accept("t");
  receive(ann);
  advance(11s);
  const auto before = client_memory::bytes_in_memory();
  send(ann, large);
  BOOST_TEST_REQUIRE(questions().size() == 1u);
  BOOST_TEST(client_memory::bytes_in_memory() >= before + size);
  grant(all_of("t"));
  accept("t");
  BOOST_TEST(receive(ann) == (frames{"OK"}));
  send(ann, "NOP\n");
  BOOST_TEST(client_memory::bytes_in_memory() < before + size);
}

BOOST_AUTO_TEST_CASE(the_next_answer_may_allow_less) {
  const auto ann = let_in("t");
  advance(11s);
  send(ann, "MPUB t\n");
  grant(all_of("other"));
  BOOST_TEST(receive(ann)
             == (frames{R"(!E_UNAUTHORIZED AUTH failed for MPUB on "t" "")"}));
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(no_next_answer_ends_the_client) {
  const auto ann = let_in("t");
  advance(11s);
  send(ann, "SUB t c\n");
  grant(nullptr);
  BOOST_TEST(receive(ann) == (frames{"!E_AUTH_FAILED AUTH failed"}));
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(an_answer_for_one_who_has_left_is_dropped) {
  const auto ann = greet();
  send(ann, "AUTH\n" + sized("secret"));
  self->send_exit(listener, caf::exit_reason::user_shutdown);
  run();
  BOOST_TEST(closed(ann));
  grant(all_of("t"));
}

BOOST_AUTO_TEST_CASE(behind_a_refusal_nothing_is_done) {
  const auto evil = std::string{"MPUB t\n"} + sized(be(1) + sized("x"));
  const auto ann = greet();
  send(ann, evil + pub("t", "y") + "SUB t c\n");
  BOOST_TEST(receive(ann)
             == (frames{"!E_AUTH_FIRST AUTH required before MPUB"}));
  BOOST_TEST(closed(ann));
  // One that does not take its answers ends later, and does no more.
  const auto bob = let_in("other");
  send(bob, "IDENTIFY\n" + sized("{}"));
  send(bob, evil);
  send(bob, pub("other", "y"));
  BOOST_TEST(!closed(bob));
  BOOST_TEST(
    receive(bob)
    == (frames{"OK", R"(!E_UNAUTHORIZED AUTH failed for MPUB on "t" "")"}));
  BOOST_TEST(closed(bob));
  BOOST_TEST(!known("t"));
  BOOST_TEST(!known("other"));
}

BOOST_AUTO_TEST_CASE(the_right_to_an_mpub_is_asked_for_again_where_it_acts) {
  const auto ann = let_in("t");
  send(ann, "MPUB t\n");
  advance(11s);
  send(ann, sized(be(1) + sized("x")));
  BOOST_TEST_REQUIRE(questions().size() == 1u);
  BOOST_TEST(at("t").puts.empty());
  grant(all_of("t"));
  BOOST_TEST_REQUIRE(at("t").puts.size() == 1u);
  accept("t");
  BOOST_TEST(receive(ann) == (frames{"OK"}));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
