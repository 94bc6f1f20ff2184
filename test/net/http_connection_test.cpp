#include "net/httpd/http_connection.hpp"

#include "test/net/http_network.hpp"
#include "test/net/scripted_authorizer.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

// HTTP as a dialogue, without sockets and without waiting.

using namespace std::chrono_literals;

namespace cafq::test {

BOOST_FIXTURE_TEST_SUITE(http_connection_tests, http_network)

// -- requests -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(one_connection_takes_many_requests) {
  const auto ann = visit();
  for (int i = 0; i < 3; ++i) {
    send(ann, get("/ping"));
    BOOST_TEST(answers(ann) == "200 OK");
  }
  BOOST_TEST(!closed(ann));
}

BOOST_AUTO_TEST_CASE(closes_when_asked_to) {
  const auto ann = visit();
  send(ann, "GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  BOOST_TEST(answers(ann) == "200 OK");
  BOOST_TEST(closed(ann));
  const auto bob = visit();
  send(bob, "GET /ping HTTP/1.0\r\n\r\n");
  BOOST_TEST(answers(bob) == "200 OK");
  BOOST_TEST(closed(bob));
}

BOOST_AUTO_TEST_CASE(a_request_may_come_byte_by_byte) {
  const auto ann = visit();
  for (const auto byte : post("/pub?topic=t", "body"))
    send(ann, std::string(1, byte));
  BOOST_TEST(put_at("t") == "body");
  accept("t");
  BOOST_TEST(answers(ann) == "200 OK");
}

BOOST_AUTO_TEST_CASE(what_is_behind_a_request_waits_for_its_answer) {
  const auto ann = visit();
  send(ann,
       post("/pub?topic=t", "a") + post("/pub?topic=t", "b") + get("/ping"));
  BOOST_TEST(puts_at("t") == 1U);
  BOOST_TEST(answers(ann) == "");
  accept("t");
  BOOST_TEST(put_at("t") == "b");
  BOOST_TEST(answers(ann) == "200 OK");
  accept("t");
  BOOST_TEST(answers(ann) == "200 OK, 200 OK");
}

BOOST_AUTO_TEST_CASE(nothing_is_done_behind_the_last_request) {
  const auto ann = visit();
  send(ann, post("/pub?topic=t", "a", "Connection: close\r\n")
              + post("/pub?topic=t", "b"));
  accept("t");
  BOOST_TEST(answers(ann) == "200 OK");
  BOOST_TEST(puts_at("t") == 0U);
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(a_body_comes_in_chunks) {
  const auto ann = visit();
  send(ann, post_in_chunks("/mpub?topic=t", "3;ext=1\r\na\nb\r\n"));
  send(ann, "2\r\n\nc\r\n0\r\nTrailer: x\r\n\r\n");
  BOOST_TEST(put_at("t") == "a b c");
  accept("t");
  BOOST_TEST(answers(ann) == "200 OK");
  BOOST_TEST(!closed(ann));
}

BOOST_AUTO_TEST_CASE(chunks_that_make_no_sense_end_it) {
  const auto ann = visit();
  send(ann, post_in_chunks("/pub?topic=t", "zz\r\n") + get("/ping"));
  BOOST_TEST(answers(ann).starts_with("500 "));
  BOOST_TEST(closed(ann));
  BOOST_TEST(!known("t"));
}

BOOST_AUTO_TEST_CASE(a_client_may_ask_before_it_sends_the_body) {
  const auto ann = visit();
  send(ann, "POST /pub?topic=t HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
            "Expect: 100-continue\r\n\r\n");
  BOOST_TEST(receive_bytes(ann) == "HTTP/1.1 100 Continue\r\n\r\n");
  send(ann, "x");
  accept("t");
  BOOST_TEST(answers(ann) == "200 OK");
}

BOOST_AUTO_TEST_CASE(a_body_that_nobody_wants_is_not_asked_for) {
  const auto ann = visit();
  send(ann, "POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
            "Expect: 100-continue\r\n\r\n");
  BOOST_TEST(answers(ann).starts_with("404 "));
  BOOST_TEST(closed(ann));
}

// -- bounds -------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_body_longer_than_a_message_is_refused) {
  http->limits.max_msg_size = 10;
  const auto ann = visit();
  send(ann, post("/pub?topic=t", std::string(10, 'x')));
  accept("t");
  BOOST_TEST(answers(ann) == "200 OK");
  send(ann, post("/pub?topic=t", std::string(11, 'x')));
  BOOST_TEST(answers(ann).starts_with("413 "));
  BOOST_TEST(puts_at("t") == 0U);
}

BOOST_AUTO_TEST_CASE(a_head_without_end_is_refused) {
  const auto ann = visit();
  send(ann, "GET /ping HTTP/1.1\r\nHost: x\r\nX: " + std::string(17'000, 'y'));
  BOOST_TEST(answers(ann).starts_with("431"));
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(further_requests_are_not_read_while_one_is_worked_on) {
  const auto ann = visit();
  send(ann, post("/pub?topic=t", "a"));
  std::string much;
  for (int i = 0; i < 4000; ++i)
    much += get("/ping");
  send(ann, much);
  BOOST_TEST(unread(ann) > 0U);
  accept("t");
  read(ann);
  answers(ann);
  BOOST_TEST(unread(ann) == 0U);
}

// -- time ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_head_has_ten_seconds) {
  const auto ann = visit();
  send(ann, "GET /ping HTTP/1.1\r\n");
  advance(10s - 1ns);
  BOOST_TEST(!closed(ann));
  advance(1ns);
  BOOST_TEST(answers(ann).starts_with("408"));
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(a_body_has_thirty_seconds_and_more_if_it_comes) {
  const auto ann = visit();
  send(ann, "POST /mpub?topic=t HTTP/1.1\r\nHost: x\r\nContent-Length: 60000"
            "\r\n\r\n");
  advance(29s);
  BOOST_TEST(!closed(ann));
  send(ann, std::string(32 * 1024, 'x'));
  advance(2s);
  BOOST_TEST(!closed(ann));
  advance(2s);
  BOOST_TEST(answers(ann).starts_with("408"));
  BOOST_TEST(closed(ann));
  BOOST_TEST(!known("t"));
}

BOOST_AUTO_TEST_CASE(an_idle_client_goes_after_ten_minutes) {
  const auto ann = visit();
  advance(9min);
  send(ann, get("/ping"));
  BOOST_TEST(answers(ann) == "200 OK");
  advance(9min);
  BOOST_TEST(!closed(ann));
  advance(1min);
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_not_taken_has_thirty_seconds) {
  const auto ann = visit();
  send(ann, get("/ping"));
  advance(30s - 1ns);
  BOOST_TEST(!closed(ann));
  advance(1ns);
  BOOST_TEST(closed(ann));
}

// -- the end ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(half_a_request_does_nothing) {
  const auto ann = visit();
  const auto whole = post("/pub?topic=t", "body");
  send(ann, whole.substr(0, whole.size() - 1));
  leave(ann);
  BOOST_TEST(!known("t"));
  BOOST_TEST(state_of_http().connections.empty());
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_leaves_its_publish) {
  const auto ann = visit();
  send(ann, post("/pub?topic=t", "a") + post("/pub?topic=t", "b"));
  leave(ann);
  BOOST_TEST(puts_at("t") == 1U);
  accept("t");
  BOOST_TEST(puts_at("t") == 0U);
  BOOST_TEST(state_of_http().connections.empty());
}

BOOST_AUTO_TEST_CASE(all_go_when_the_node_stops) {
  const auto ann = visit();
  const auto bob = visit();
  send(bob, post("/pub?topic=t", "a"));
  self->send_exit(http_listener, caf::exit_reason::user_shutdown);
  run();
  BOOST_TEST(closed(ann));
  BOOST_TEST(closed(bob));
  // The answer has nobody to go to.
  accept("t");
}

// -- publishing ---------------------------------------------------------------

BOOST_AUTO_TEST_CASE(says_why_a_publish_was_refused) {
  const auto ann = visit();
  send(ann, post("/pub?topic=t", "a"));
  refuse("t", "disk full");
  BOOST_TEST(answers(ann) == R"(503 {"message":"PUB_FAILED - disk full"})");
  BOOST_TEST(!closed(ann));
}

BOOST_AUTO_TEST_CASE(an_answer_to_another_publish_is_not_this_one_s) {
  const auto ann = visit();
  send(ann, post("/pub?topic=t", "a"));
  const auto& put = at("t").puts.at(0);
  self->send(put.from, atom::accepted_v, put.t + 1);
  run();
  BOOST_TEST(answers(ann) == "");
  accept("t");
  BOOST_TEST(answers(ann) == "200 OK");
}

// -- AUTH ---------------------------------------------------------------------

namespace {

struct with_auth : http_network {
  with_auth() {
    http->authorizer = sys.spawn(scripted_authorizer);
    run();
  }

  with_auth(const with_auth&) = delete;
  with_auth& operator=(const with_auth&) = delete;

  ~with_auth() {
    self->send_exit(http->authorizer, caf::exit_reason::user_shutdown);
    run();
  }

  auto& questions() {
    return state_of<scripted_authorizer_state>(http->authorizer).open;
  }

  /// Answers the oldest question.
  void grant(const grant_ptr& x) {
    auto question = questions().at(0);
    questions().erase(questions().begin());
    question.answer.deliver(x);
    run();
  }

  static std::string publish(const std::string& topic) {
    return post("/pub?topic=" + topic, "x", "Authorization: Bearer s\r\n");
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(who_asks_why_has_to_name_the_node_as_it_is_known) {
  const auto ann = visit();
  send(ann, get("/debug/why?topic=t"));
  BOOST_TEST(answers(ann).starts_with("403 "));
  send(ann, "GET /debug/why HTTP/1.1\r\nHost: 127.0.0.1:4151\r\n\r\n");
  BOOST_TEST(answers(ann).starts_with("400 "));
}

BOOST_FIXTURE_TEST_CASE(nothing_is_done_without_a_secret, with_auth) {
  const auto ann = visit();
  send(ann, post("/pub?topic=t", "a"));
  BOOST_TEST(answers(ann).starts_with("401 "));
  BOOST_TEST(questions().empty());
  BOOST_TEST(!known("t"));
}

BOOST_FIXTURE_TEST_CASE(a_request_waits_for_the_auth_server, with_auth) {
  const auto ann = visit();
  send(ann, publish("t") + get("/ping"));
  BOOST_TEST_REQUIRE(questions().size() == 1U);
  BOOST_TEST(questions()[0].what->secret == "s");
  BOOST_TEST(answers(ann) == "");
  BOOST_TEST(!known("t"));
  grant(all_of("t"));
  BOOST_TEST(put_at("t") == "x");
  accept("t");
  BOOST_TEST(answers(ann) == "200 OK, 200 OK");
}

BOOST_FIXTURE_TEST_CASE(what_is_not_granted_is_not_done, with_auth) {
  const auto ann = visit();
  send(ann, publish("foreign"));
  grant(all_of("t"));
  BOOST_TEST(answers(ann).starts_with("403 "));
  BOOST_TEST(!known("foreign"));
  // It has its grant now.
  send(ann, publish("t"));
  BOOST_TEST(questions().empty());
  BOOST_TEST(put_at("t") == "x");
}

BOOST_FIXTURE_TEST_CASE(an_auth_server_that_fails_keeps_it_out, with_auth) {
  const auto ann = visit();
  send(ann, publish("t"));
  grant(nullptr);
  BOOST_TEST(answers(ann).starts_with("401 "));
  BOOST_TEST(!known("t"));
}

BOOST_FIXTURE_TEST_CASE(a_grant_ends_with_its_time, with_auth) {
  const auto ann = visit();
  send(ann, publish("t"));
  grant(all_of("t"));
  accept("t");
  answers(ann);
  advance(10s + 1ns);
  send(ann, publish("t"));
  BOOST_TEST(questions().size() == 1U);
  BOOST_TEST(puts_at("t") == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_client_that_goes_does_nothing_any_more, with_auth) {
  const auto ann = visit();
  send(ann, publish("t"));
  leave(ann);
  grant(all_of("t"));
  BOOST_TEST(!known("t"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
