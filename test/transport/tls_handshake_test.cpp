#include "net/transport/tls_handshake.hpp"

#include "test/transport/pump.hpp"
#include "test/transport/tls_client.hpp"
#include "test/transport/tls_files.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <thread>

using namespace cafq::test;
using namespace cafq::transport;

namespace {

struct fixture {
  fixture() {
    files.make("server");
    context.emplace(files.serving());
    server.emplace(*context);
    client.emplace(tls_client::options{.files = &files});
  }

  /// Takes a step as it is done, in another thread.
  step take_step() {
    BOOST_TEST_REQUIRE(server->begin_step({}));
    std::thread{[this] {
      server->step();
    }}.join();
    server->end_step();
    const auto reply = server->take_reply();
    client->feed({reply.data(), reply.size()});
    return server->state();
  }

  tls_files files;
  std::optional<tls_context> context;
  std::optional<tls_handshake> server;
  std::optional<tls_client> client;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(tls_handshake_tests, fixture)

BOOST_AUTO_TEST_CASE(gives_a_connection_and_what_is_behind) {
  client->shake_hands();
  server->feed(client->output());
  BOOST_TEST(take_step() == step::hungry);
  BOOST_TEST_REQUIRE(client->shake_hands());
  client->send("early");
  server->feed(client->output());
  BOOST_TEST(take_step() == step::more);
  client->send("later");
  server->feed(client->output());
  BOOST_TEST(!server->begin_step({}));
  cafq::protocol::input_buffer rest;
  rest.feed(server->rest());
  std::vector<char> plain;
  std::vector<char> reply;
  const auto stream = server->take_stream();
  BOOST_TEST(stream->receive(rest, plain, reply) == step::more);
  BOOST_TEST(stream->receive(rest, plain, reply) == step::more);
  BOOST_TEST((std::string{plain.data(), plain.size()}) == "earlylater");
}

BOOST_AUTO_TEST_CASE(takes_one_step_at_a_time) {
  BOOST_TEST(!server->begin_step({}));
  server->feed("x");
  BOOST_TEST(server->begin_step({}));
  BOOST_TEST(server->first_step());
  BOOST_TEST(server->stepping());
  server->feed("y");
  BOOST_TEST(!server->begin_step({}));
  server->end_step();
  BOOST_TEST(server->begin_step({}));
  BOOST_TEST(!server->first_step());
}

BOOST_AUTO_TEST_CASE(says_what_failed) {
  server->feed("GET / HTTP/1.1\r\n\r\n");
  BOOST_TEST(take_step() == step::failed);
  BOOST_TEST(server->error()
             == "tls: first record does not look like a TLS handshake");
  server->feed("x");
  BOOST_TEST(!server->begin_step({}));
}

BOOST_AUTO_TEST_CASE(may_be_refused) {
  server->feed("x");
  BOOST_TEST(server->begin_step({}));
  server->refuse();
  server->end_step();
  BOOST_TEST(server->state() == step::failed);
  BOOST_TEST(server->error() == "tls: too many handshakes");
}

BOOST_AUTO_TEST_SUITE_END()
