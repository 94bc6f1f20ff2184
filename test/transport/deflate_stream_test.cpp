#include "net/transport/deflate_stream.hpp"

#include "test/transport/pump.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <zlib.h>

using namespace cafq::test;
using cafq::transport::deflate_stream;
using cafq::transport::step;

namespace {

const std::string ok{"\0\0\0\6\0\0\0\0OK", 10};

/// One finished stream, as a client that closes its side sends it.
std::string whole_stream(std::string plain) {
  z_stream z{};
  deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
  std::string result(deflateBound(&z, plain.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(plain.data());
  z.avail_in = static_cast<uInt>(plain.size());
  z.next_out = reinterpret_cast<Bytef*>(result.data());
  z.avail_out = static_cast<uInt>(result.size());
  deflate(&z, Z_FINISH);
  result.resize(result.size() - z.avail_out);
  deflateEnd(&z);
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(deflate_stream_tests)

BOOST_AUTO_TEST_CASE(understands_nsqds_first_bytes) {
  deflate_stream to{6};
  const auto wire = unhex("62606060636060 60f0f706000000ffff");
  BOOST_TEST(hex(pump(to, wire, 1).plain) == hex(ok));
}

BOOST_AUTO_TEST_CASE(flushes_behind_each_send) {
  deflate_stream from{6};
  deflate_stream to{6};
  for (int i = 0; i < 3; ++i) {
    const auto wire = encode(from, ok);
    BOOST_TEST(wire.ends_with(std::string_view{"\0\0\xff\xff", 4}));
    BOOST_TEST(hex(pump(to, wire, 1000).plain) == hex(ok));
  }
}

BOOST_DATA_TEST_CASE(receives_in_portions_of_any_size,
                     boost::unit_test::data::make({1, 3, 6, 9}), level) {
  const auto seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937 random{seed};
  const auto plain = random_bytes(random, 300000);
  deflate_stream from{level};
  std::string wire;
  for (size_t i = 0; i < plain.size();) {
    const auto n = random() % 3 == 0 ? random() % 80000 : random() % 300;
    wire += encode(from, plain.substr(i, n));
    i += std::min<size_t>(n, plain.size() - i);
  }
  for (const size_t portion : {1U, 7U, 1000U, 65536U, 1U << 24}) {
    BOOST_TEST_CONTEXT("seed " << seed << ", portions of " << portion) {
      deflate_stream to{level};
      const auto got = pump(to, wire, portion);
      BOOST_TEST((got.plain == plain));
      BOOST_TEST(got.last == step::hungry);
      BOOST_TEST(got.largest <= 65536U);
    }
  }
}

BOOST_AUTO_TEST_CASE(sees_the_end_of_the_stream) {
  deflate_stream to{6};
  const auto got = pump(to, whole_stream("NOP\n") + "more", 1);
  BOOST_TEST(got.plain == "NOP\n");
  BOOST_TEST(got.last == step::ended);
  BOOST_TEST(pump(to, "more", 1).last == step::ended);
}

BOOST_AUTO_TEST_CASE(inflates_a_bomb_in_small_steps) {
  const size_t size = 50 << 20;
  const auto wire = whole_stream(std::string(size, '\n'));
  BOOST_TEST(wire.size() < 60000U);
  deflate_stream to{6};
  cafq::protocol::input_buffer input;
  input.feed(wire);
  std::vector<char> plain;
  std::vector<char> reply;
  size_t all = 0;
  while (to.receive(input, plain, reply) == step::more) {
    BOOST_TEST_REQUIRE(plain.size() <= 65536U);
    all += plain.size();
    plain.clear();
  }
  BOOST_TEST(all == size);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_deflate) {
  deflate_stream to{6};
  // A block of the third, reserved kind.
  BOOST_TEST(pump(to, "\x06", 1).last == step::failed);
  BOOST_TEST(to.error() == "deflate: corrupt input");
  BOOST_TEST(pump(to, whole_stream("x"), 1).last == step::failed);
}

BOOST_AUTO_TEST_CASE(survives_a_corrupt_stream) {
  deflate_stream from{6};
  std::mt19937 random{7};
  const auto wire = encode(from, random_bytes(random, 3000));
  for (size_t i = 0; i < wire.size(); ++i) {
    auto bad = wire;
    bad[i] = static_cast<char>(bad[i] ^ (1 << random() % 8));
    deflate_stream to{6};
    // There is no checksum: anything may come out, in small steps.
    BOOST_TEST_REQUIRE(pump(to, bad, 100).largest <= 65536U);
  }
}

BOOST_AUTO_TEST_SUITE_END()
