#include "net/transport/tls_stream.hpp"

#include "test/transport/pump.hpp"
#include "test/transport/tls_client.hpp"
#include "test/transport/tls_files.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <utility>

#include <openssl/ssl.h>

using namespace cafq::test;
using namespace cafq::transport;

namespace {

using auth = tls_options::client_auth;

/// A server's end and its wire.
struct server {
  explicit server(const tls_options& options)
    : context(options), stream(context) {
    // nop
  }

  step shake_hands(std::string_view wire) {
    input.feed(wire);
    const auto result = stream.handshake(input, reply);
    input.keep();
    return result;
  }

  std::string output() {
    std::string result{reply.data(), reply.size()};
    reply.clear();
    return result;
  }

  tls_context context;
  tls_stream stream;
  cafq::protocol::input_buffer input;
  std::vector<char> reply;
};

struct fixture {
  fixture() {
    files.make("server");
  }

  tls_options options(auth policy = auth::none) {
    auto result = files.serving();
    result.policy = policy;
    if (policy != auth::none)
      result.root_ca_file = files.path("ca.crt");
    return result;
  }

  /// Lets both go on until they have nothing more to say.
  static step connect(tls_client& a, server& b, size_t portion = 1 << 20) {
    auto result = step::hungry;
    for (auto quiet = false; !quiet && result != step::failed;) {
      a.shake_hands();
      const auto wire = a.output();
      for (size_t i = 0; i < wire.size() && result == step::hungry;
           i += portion)
        result = b.shake_hands(std::string_view{wire}.substr(i, portion));
      const auto reply = b.output();
      a.feed(reply);
      quiet = reply.empty();
    }
    return result;
  }

  tls_files files;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(tls_stream_tests, fixture)

BOOST_AUTO_TEST_CASE(shakes_hands_and_carries_bytes) {
  const auto seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937 random{seed};
  const auto plain = random_bytes(random, 100000);
  for (const size_t portion : {1U, 7U, 1000U, 1U << 24}) {
    server b{options()};
    tls_client a{{.files = &files}};
    BOOST_TEST_REQUIRE(connect(a, b, portion) == step::more);
    BOOST_TEST(a.version() == "TLSv1.3");
    a.send(plain);
    const auto got = pump(b.stream, a.output(), portion);
    BOOST_TEST((got.plain == plain));
    BOOST_TEST(got.last == step::hungry);
    BOOST_TEST(got.largest <= 16384U);
    a.feed(encode(b.stream, plain));
    BOOST_TEST((a.receive() == plain));
    BOOST_TEST(encode(b.stream, "") == "");
  }
}

BOOST_AUTO_TEST_CASE(tells_about_the_connection) {
  files.make("client", {.name = "somebody"});
  server b{options(auth::require_verify)};
  tls_client a{{.files = &files, .certificate = "client"}};
  BOOST_TEST_REQUIRE(connect(a, b) == step::more);
  const auto x = b.stream.details();
  BOOST_TEST(x.version == "TLS1.3");
  BOOST_TEST(x.cipher == "TLS_AES_256_GCM_SHA384");
  BOOST_TEST(x.cipher_id == 4866);
  BOOST_TEST(x.common_name == "somebody");
  BOOST_TEST(!x.resumed);
}

BOOST_AUTO_TEST_CASE(leaves_what_is_behind_the_handshake_alone) {
  server b{options()};
  tls_client a{{.files = &files}};
  a.shake_hands();
  BOOST_TEST(b.shake_hands(a.output()) == step::hungry);
  a.feed(b.output());
  BOOST_TEST_REQUIRE(a.shake_hands());
  a.send("early");
  BOOST_TEST(b.shake_hands(a.output()) == step::more);
  std::vector<char> plain;
  BOOST_TEST(b.stream.receive(b.input, plain, b.reply) == step::more);
  BOOST_TEST((std::string{plain.data(), plain.size()}) == "early");
}

BOOST_DATA_TEST_CASE(resumes,
                     boost::unit_test::data::make({TLS1_2_VERSION,
                                                   TLS1_3_VERSION}),
                     version) {
  const auto opt = options();
  const tls_context context{opt};
  SSL_SESSION* session = nullptr;
  for (const auto again : {false, true}) {
    server b{opt};
    tls_stream stream{context};
    tls_client a{{.files = &files, .max_version = version, .session = session}};
    auto result = step::hungry;
    while (result == step::hungry) {
      a.shake_hands();
      const auto wire = a.output();
      b.input.feed(wire);
      result = stream.handshake(b.input, b.reply);
      a.feed(b.output());
    }
    BOOST_TEST_REQUIRE(result == step::more);
    BOOST_TEST(a.shake_hands());
    a.feed(encode(stream, "x"));
    BOOST_TEST(a.receive() == "x");
    BOOST_TEST(a.resumed() == again);
    BOOST_TEST(stream.details().resumed == again);
    SSL_SESSION_free(session);
    session = a.session();
    // OpenSSL's clients forget the session of a connection that breaks off.
    a.close();
  }
  SSL_SESSION_free(session);
}

BOOST_AUTO_TEST_CASE(requires_any_certificate) {
  tls_files strangers{"strangers"};
  strangers.make("client");
  server b{options(auth::require)};
  tls_client a{{.files = &strangers, .certificate = "client", .verify = false}};
  BOOST_TEST(connect(a, b) == step::more);
  server c{options(auth::require)};
  tls_client nobody{{.files = &files}};
  BOOST_TEST(connect(nobody, c) == step::failed);
  BOOST_TEST(c.stream.error() == "tls: client didn't provide a certificate");
  // The alert, which the client sees behind its own end of the handshake.
  nobody.feed(c.output());
  BOOST_CHECK_THROW(nobody.receive(), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(requires_a_certificate_of_the_authority) {
  tls_files strangers{"strangers"};
  strangers.make("client");
  server b{options(auth::require_verify)};
  tls_client a{{.files = &strangers, .certificate = "client", .verify = false}};
  BOOST_TEST(connect(a, b) == step::failed);
  BOOST_TEST(b.stream.error()
             == "tls: failed to verify client certificate: unable to get local "
                "issuer certificate (CN=localhost)");
  files.make("client");
  server c{options(auth::require_verify)};
  tls_client known{{.files = &files, .certificate = "client"}};
  BOOST_TEST(connect(known, c) == step::more);
}

BOOST_AUTO_TEST_CASE(says_why_a_certificate_is_refused) {
  files.make("client",
             {.name = "old\x1b[2J\n\xe2\x80\xae", .from = -5, .until = -1});
  server b{options(auth::require_verify)};
  tls_client a{{.files = &files, .certificate = "client"}};
  BOOST_TEST(connect(a, b) == step::failed);
  BOOST_TEST(b.stream.error()
             == "tls: failed to verify client certificate: certificate has "
                "expired (CN=old\\1B[2J\\0A\\E2\\80\\AE)");
}

BOOST_DATA_TEST_CASE(lets_weak_keys_in_and_says_so,
                     boost::unit_test::data::make({512, 1024, 2048}), bits) {
  files.make("client", {.name = "weak", .rsa_bits = bits});
  server b{options(auth::require_verify)};
  // The padding of TLS 1.3 does not fit into 512 bits.
  tls_client a{
    {.files = &files, .certificate = "client", .max_version = TLS1_2_VERSION}};
  BOOST_TEST_REQUIRE(connect(a, b) == step::more);
  BOOST_TEST(b.stream.weakness()
             == (bits < 2048 ? "key of " + std::to_string(bits)
                                 + " bits in the certificate of CN=weak"
                             : ""));
}

BOOST_AUTO_TEST_CASE(lets_no_old_digest_in) {
  files.make("client", {.sha1 = true});
  server b{options(auth::require_verify)};
  tls_client a{{.files = &files, .certificate = "client"}};
  BOOST_TEST(connect(a, b) == step::failed);
  BOOST_TEST(b.stream.error().find("too weak") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(trusts_an_authority_below_the_root) {
  files.make("middle", {.name = "middle", .authority = true});
  files.make("client", {.name = "ours", .signer = "middle"});
  files.make("other", {.name = "theirs"});
  auto opt = options(auth::require_verify);
  opt.root_ca_file = files.path("middle.crt");
  server b{opt};
  tls_client a{{.files = &files, .certificate = "client"}};
  BOOST_TEST(connect(a, b) == step::more);
  // Of the same root, which nobody trusts here.
  server c{opt};
  tls_client stranger{{.files = &files, .certificate = "other"}};
  BOOST_TEST(connect(stranger, c) == step::failed);
}

BOOST_AUTO_TEST_CASE(trusts_a_certificate_itself) {
  files.make("client", {.name = "ours"});
  files.make("other", {.name = "theirs"});
  auto opt = options(auth::require_verify);
  opt.root_ca_file = files.path("client.crt");
  server b{opt};
  tls_client a{{.files = &files, .certificate = "client"}};
  BOOST_TEST(connect(a, b) == step::more);
  server c{opt};
  tls_client stranger{{.files = &files, .certificate = "other"}};
  BOOST_TEST(connect(stranger, c) == step::failed);
}

BOOST_AUTO_TEST_CASE(tells_all_of_a_name) {
  const auto nul = std::string("billing\0.tenant-b", 17);
  files.make("nul", {.name = nul});
  files.make("two", {.name = "first", .another_name = "last"});
  files.make("umlaut", {.name = "M\xc3\xbcller"});
  const std::array<std::pair<const char*, std::string>, 3> rows{
    {{"nul", nul}, {"two", "last"}, {"umlaut", "M\xc3\xbcller"}}};
  for (const auto& [file, name] : rows) {
    server b{options(auth::require_verify)};
    tls_client a{{.files = &files, .certificate = file}};
    BOOST_TEST_REQUIRE(connect(a, b) == step::more);
    BOOST_TEST((b.stream.details().common_name == name), file);
  }
}

BOOST_AUTO_TEST_CASE(keeps_to_the_least_version) {
  server b{options()};
  tls_client old{{.files = &files, .max_version = TLS1_1_VERSION}};
  BOOST_TEST(connect(old, b) == step::failed);
  BOOST_TEST(b.stream.error() == "tls: unsupported protocol");
  auto opt = options();
  opt.min_version = tls_options::version::tls1_3;
  server strict{opt};
  tls_client a{{.files = &files, .max_version = TLS1_2_VERSION}};
  BOOST_TEST(connect(a, strict) == step::failed);
}

BOOST_DATA_TEST_CASE(speaks_old_versions_if_told,
                     boost::unit_test::data::make({
                       TLS1_VERSION,
                       TLS1_1_VERSION,
                       TLS1_2_VERSION,
                       TLS1_3_VERSION,
                     }),
                     version) {
  auto opt = options();
  opt.min_version = tls_options::version::tls1_0;
  server b{opt};
  tls_client a{
    {.files = &files, .min_version = version, .max_version = version}};
  BOOST_TEST_REQUIRE(connect(a, b) == step::more);
  const auto expected = "TLS1." + std::to_string(version - TLS1_VERSION);
  BOOST_TEST(b.stream.details().version == expected);
  a.send("x");
  BOOST_TEST(pump(b.stream, a.output(), 1).plain == "x");
}

BOOST_AUTO_TEST_CASE(serves_certificates_that_are_old_and_weak) {
  files.make("weak",
             {.from = -20, .until = -10, .sha1 = true, .rsa_bits = 1024});
  server b{files.serving("weak")};
  tls_client a{{.files = &files, .verify = false}};
  BOOST_TEST(connect(a, b) == step::more);
  server c{files.serving("weak")};
  tls_client old{
    {.files = &files, .verify = false, .max_version = TLS1_2_VERSION}};
  BOOST_TEST(connect(old, c) == step::more);
}

BOOST_AUTO_TEST_CASE(does_not_renegotiate) {
  server b{options()};
  tls_client a{{.files = &files, .max_version = TLS1_2_VERSION}};
  BOOST_TEST_REQUIRE(connect(a, b) == step::more);
  a.renegotiate();
  const auto got = pump(b.stream, a.output(), 1000);
  BOOST_TEST(got.plain == "");
  // A warning that the client fails on; it may go on without.
  BOOST_TEST(got.reply != "");
  a.feed(got.reply);
  BOOST_CHECK_THROW(a.receive(), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(follows_new_keys) {
  server b{options()};
  tls_client a{{.files = &files}};
  BOOST_TEST_REQUIRE(connect(a, b) == step::more);
  a.send("one");
  a.update_keys();
  a.send("two");
  BOOST_TEST(pump(b.stream, a.output(), 1).plain == "onetwo");
  a.feed(encode(b.stream, "three"));
  BOOST_TEST(a.receive() == "three");
}

BOOST_AUTO_TEST_CASE(ends_in_order) {
  server b{options()};
  tls_client a{{.files = &files}};
  BOOST_TEST_REQUIRE(connect(a, b) == step::more);
  a.send("last");
  a.close();
  const auto got = pump(b.stream, a.output(), 1);
  BOOST_TEST(got.plain == "last");
  BOOST_TEST(got.last == step::ended);
  // Only one direction has ended.
  a.feed(encode(b.stream, "answer"));
  std::vector<char> wire;
  b.stream.close(wire);
  a.feed({wire.data(), wire.size()});
  BOOST_TEST(a.receive() == "answer");
  BOOST_TEST(a.ended());
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_tls) {
  server b{options()};
  BOOST_TEST(b.shake_hands("PUB t\n\0\0\0\1x") == step::failed);
  BOOST_TEST(b.stream.error()
             == "tls: first record does not look like a TLS handshake");
  BOOST_TEST(b.shake_hands("more") == step::failed);
  server c{options()};
  BOOST_TEST(c.shake_hands("GET / HTTP/1.1\r\n\r\n") == step::failed);
  BOOST_TEST(c.stream.error()
             == "tls: first record does not look like a TLS handshake");
}

BOOST_AUTO_TEST_CASE(refuses_a_corrupt_handshake_at_every_byte) {
  tls_client a{{.files = &files}};
  a.shake_hands();
  const auto hello = a.output();
  for (size_t i = 0; i < hello.size(); i += 3) {
    auto bad = hello;
    bad[i] = static_cast<char>(bad[i] ^ 0x55);
    server b{options()};
    // Some bytes are random anyway; nothing gets through in any case.
    BOOST_TEST_REQUIRE((b.shake_hands(bad) != step::more));
  }
}

BOOST_AUTO_TEST_CASE(refuses_a_corrupt_record_at_every_byte) {
  const auto opt = options();
  for (size_t i = 0; i < 27; ++i) {
    server b{opt};
    tls_client a{{.files = &files}};
    BOOST_TEST_REQUIRE(connect(a, b) == step::more);
    a.send("hello");
    auto wire = a.output();
    BOOST_TEST_REQUIRE(wire.size() == 27U);
    wire[i] = static_cast<char>(wire[i] ^ 1);
    const auto got = pump(b.stream, wire, 1000);
    BOOST_TEST(got.plain == "");
    // A longer size is waited for.
    BOOST_TEST((got.last == step::failed || i == 3 || i == 4));
    std::vector<char> ignored;
    if (got.last == step::failed) {
      BOOST_TEST(!b.stream.send("x", ignored));
      b.stream.close(ignored);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
