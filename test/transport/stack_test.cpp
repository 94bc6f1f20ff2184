#include "net/transport/stack.hpp"

#include "net/transport/deflate_stream.hpp"
#include "net/transport/snappy_stream.hpp"
#include "net/transport/tls_handshake.hpp"
#include "test/transport/pump.hpp"
#include "test/transport/tls_client.hpp"
#include "test/transport/tls_files.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace cafq::test;
using namespace cafq::transport;

namespace {

std::string take_output(stack& x) {
  std::string result{x.output().data(), x.output().size()};
  x.output().clear();
  return result;
}

step take_step(tls_handshake& x, std::string_view bytes) {
  x.feed(bytes);
  BOOST_TEST_REQUIRE(x.begin_step({}));
  x.step();
  x.end_step();
  return x.state();
}

std::unique_ptr<filter> make_compression(bool deflate) {
  if (deflate)
    return std::make_unique<deflate_stream>(6);
  return std::make_unique<snappy_stream>();
}

} // namespace

BOOST_AUTO_TEST_SUITE(stack_tests)

BOOST_DATA_TEST_CASE(compresses_inside_tls,
                     boost::unit_test::data::make({false, true}), deflate) {
  const auto seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937 random{seed};
  const auto plain = random_bytes(random, 500000);
  tls_files files;
  files.make("server");
  const tls_context context{files.serving()};
  for (const size_t portion : {1U, 100U, 1000U, 65536U}) {
    stack server;
    tls_client client{{.files = &files}};
    client.shake_hands();
    tls_handshake handshake{context};
    BOOST_TEST_REQUIRE(take_step(handshake, client.output()) == step::hungry);
    const auto reply = handshake.take_reply();
    client.feed({reply.data(), reply.size()});
    BOOST_TEST_REQUIRE(client.shake_hands());
    // The client compresses at once.
    const auto codec = make_compression(deflate);
    client.send(encode(*codec, plain));
    const auto wire = client.output();
    std::string got;
    auto compressed = false;
    for (size_t i = 0; i < wire.size(); i += portion) {
      const auto bytes = wire.substr(i, portion);
      if (compressed) {
        server.feed(bytes);
      } else if (take_step(handshake, bytes) == step::more) {
        const auto tickets = handshake.take_reply();
        client.feed({tickets.data(), tickets.size()});
        server.push(handshake.take_stream(), handshake.rest());
        server.push(make_compression(deflate), {});
        compressed = true;
      }
      while (compressed && server.receive() == step::more) {
        BOOST_TEST_REQUIRE(!server.plain().empty());
        BOOST_TEST_REQUIRE(server.plain().size() < 2 * stack::piece_size);
        got += server.plain();
      }
      server.stash();
    }
    BOOST_TEST((got == plain));
    BOOST_TEST(server.send(plain));
    client.feed(take_output(server));
    BOOST_TEST((pump(*codec, client.receive(), 4096).plain == plain));
  }
}

BOOST_AUTO_TEST_CASE(decodes_no_more_than_it_is_asked_for) {
  deflate_stream from{9};
  const std::string plain(10 << 20, 'x');
  const auto wire = encode(from, plain);
  stack x;
  x.push(std::make_unique<deflate_stream>(6), "");
  x.feed(wire);
  size_t got = 0;
  while (x.receive() == step::more) {
    BOOST_TEST_REQUIRE(x.plain().size() < 2 * stack::piece_size);
    got += x.plain().size();
    // What is left may move meanwhile.
    x.stash();
  }
  BOOST_TEST(got == plain.size());
}

BOOST_AUTO_TEST_CASE(gives_what_is_in_front_of_a_failure) {
  snappy_stream from;
  const auto wire = encode(from, "good") + "bad!";
  stack x;
  x.push(std::make_unique<snappy_stream>(), wire);
  BOOST_TEST(x.receive() == step::more);
  BOOST_TEST(x.plain() == "good");
  BOOST_TEST(x.receive() == step::failed);
  BOOST_TEST(x.error() == "snappy: unknown chunk");
  BOOST_TEST(x.receive() == step::failed);
  // The other direction is sound.
  BOOST_TEST(x.send("why"));
  BOOST_TEST(x.output().size() == 10 + 8 + 3U);
}

BOOST_AUTO_TEST_CASE(drops_what_is_sent_behind_the_end) {
  stack x;
  x.push(std::make_unique<snappy_stream>(), "");
  x.close();
  BOOST_TEST(x.send("x"));
  BOOST_TEST(x.output().empty());
}

BOOST_AUTO_TEST_SUITE_END()
