#include "net/transport/snappy_stream.hpp"

#include "test/transport/pump.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <ostream>

#include <snappy.h>

using namespace cafq::test;
using cafq::transport::snappy_stream;
using cafq::transport::step;

namespace {

const std::string identifier = unhex("ff060000 734e61507059");
const std::string ok{"\0\0\0\6\0\0\0\0OK", 10};
const std::string ok_chunk = unhex("010e0000 26982bcf") + ok;

received receive(std::string_view wire, size_t portion = 1 << 20) {
  snappy_stream to;
  return pump(to, wire, portion);
}

struct broken {
  std::string_view what;
  std::string wire;
  std::string_view error;
};

std::ostream& operator<<(std::ostream& out, const broken& x) {
  return out << x.what;
}

const std::array broken_streams{
  broken{"data first", ok_chunk, "snappy: no stream identifier"},
  broken{"padding first", unhex("fe010000 00"), "snappy: no stream identifier"},
  broken{"a wrong identifier", unhex("ff060000 734e61507058"),
         "snappy: bad stream identifier"},
  broken{"a short identifier", unhex("ff050000 734e615070"),
         "snappy: bad stream identifier"},
  broken{"a long identifier", unhex("ff070000 734e6150705900"),
         "snappy: chunk too big"},
  broken{"a reserved chunk", identifier + unhex("02000000"),
         "snappy: unknown chunk"},
  broken{"the last reserved chunk", identifier + unhex("7f000000"),
         "snappy: unknown chunk"},
  broken{"a chunk without checksum", identifier + unhex("01030000 000000"),
         "snappy: chunk too small"},
  broken{"a wrong checksum", identifier + unhex("01050000 00000000 00"),
         "snappy: bad checksum"},
  broken{"65,537 plain bytes", identifier + unhex("01050001"),
         "snappy: chunk too big"},
  broken{"a compressed chunk of 16 MB", identifier + unhex("00ffffff"),
         "snappy: chunk too big"},
  broken{"65,537 bytes when decoded",
         identifier + unhex("000c0000 00000000 818004 0000000000"),
         "snappy: bad size"},
  broken{"no size in the data",
         identifier + unhex("00090000 00000000 ffffffffff"),
         "snappy: bad size"},
  broken{"data that is cut", identifier + unhex("00060000 00000000 0a00"),
         "snappy: bad data"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(snappy_stream_tests)

BOOST_AUTO_TEST_CASE(sends_what_nsqd_sends) {
  snappy_stream from;
  BOOST_TEST(hex(encode(from, ok)) == hex(identifier + ok_chunk));
  BOOST_TEST(hex(encode(from, ok)) == hex(ok_chunk));
}

BOOST_AUTO_TEST_CASE(compresses_what_is_worth_it) {
  snappy_stream from;
  const auto wire = encode(from, std::string(1000, 'x'));
  BOOST_TEST(wire.size() < 100U);
  BOOST_TEST(wire[10] == '\0');
  BOOST_TEST(receive(wire).plain == std::string(1000, 'x'));
}

BOOST_AUTO_TEST_CASE(sends_chunks_of_65536_bytes_at_most) {
  std::mt19937 random{1};
  std::string plain(65537, '\0');
  for (auto& x : plain)
    x = static_cast<char>(random());
  snappy_stream from;
  const auto wire = encode(from, plain);
  BOOST_TEST(wire.size() == 10 + 8 + 65536 + 8 + 1U);
  BOOST_TEST((receive(wire).plain == plain));
}

BOOST_AUTO_TEST_CASE(receives_in_portions_of_any_size) {
  const auto seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937 random{seed};
  const auto plain = random_bytes(random, 200000);
  snappy_stream from;
  std::string wire;
  for (size_t i = 0; i < plain.size();) {
    const auto n = random() % 3 == 0 ? random() % 80000 : random() % 300;
    wire += encode(from, plain.substr(i, n));
    i += std::min<size_t>(n, plain.size() - i);
  }
  for (const size_t portion : {1U, 7U, 1000U, 65536U, 1U << 24}) {
    BOOST_TEST_CONTEXT("seed " << seed << ", portions of " << portion) {
      const auto got = receive(wire, portion);
      BOOST_TEST((got.plain == plain));
      BOOST_TEST(got.last == step::hungry);
      BOOST_TEST(got.largest <= 65536U);
    }
  }
}

BOOST_AUTO_TEST_CASE(takes_every_kind_of_chunk) {
  std::string compressed;
  snappy::Compress(ok.data(), ok.size(), &compressed);
  const auto size = static_cast<char>(4 + compressed.size());
  auto wire = identifier + ok_chunk + identifier
              + unhex("80020000 0102 fe000000") + ok_chunk
              + unhex("00000000 26982bcf") + compressed;
  wire[wire.size() - compressed.size() - 7] = size;
  const auto plain = hex(ok + ok + ok);
  for (const size_t portion : {1U, 5U, 1000U})
    BOOST_TEST(hex(receive(wire, portion).plain) == plain);
}

BOOST_AUTO_TEST_CASE(skips_without_keeping) {
  snappy_stream to;
  cafq::protocol::input_buffer input;
  std::vector<char> plain;
  std::vector<char> reply;
  const auto start = identifier + unhex("80ffffff");
  input.feed(start);
  while (to.receive(input, plain, reply) == step::more)
    continue;
  const std::string bytes(4096, 'x');
  for (size_t left = 0xffffff; left > 0;) {
    const auto n = std::min(left, bytes.size());
    input.feed({bytes.data(), n});
    while (to.receive(input, plain, reply) == step::more)
      continue;
    left -= n;
    BOOST_TEST_REQUIRE(input.capacity() <= 4096U);
  }
  input.feed(ok_chunk);
  BOOST_TEST(to.receive(input, plain, reply) == step::more);
  BOOST_TEST(plain.size() == ok.size());
}

BOOST_DATA_TEST_CASE(refuses, broken_streams, x) {
  for (const size_t portion : {1U, 1000U}) {
    snappy_stream to;
    const auto got = pump(to, x.wire, portion);
    BOOST_TEST(got.last == step::failed);
    BOOST_TEST(got.plain == "");
    BOOST_TEST(to.error() == x.error);
    // It stays so.
    BOOST_TEST(pump(to, identifier + ok_chunk, portion).last == step::failed);
  }
}

BOOST_AUTO_TEST_CASE(never_gives_wrong_bytes_of_a_corrupt_stream) {
  const auto plain = "first, " + std::string(100, 'x') + " and the last";
  snappy_stream from;
  const auto wire = encode(from, plain.substr(0, 50))
                    + encode(from, plain.substr(50));
  const auto second = plain.substr(50);
  for (size_t i = 0; i < wire.size(); ++i) {
    for (const auto bit : {0x01, 0x10, 0x80}) {
      auto bad = wire;
      bad[i] = static_cast<char>(bad[i] ^ bit);
      BOOST_TEST_CONTEXT("byte " << i << ", bit " << bit) {
        const auto got = receive(bad);
        // A chunk whose type became a skippable one is skipped.
        BOOST_TEST((plain.starts_with(got.plain) || got.plain == second));
        BOOST_TEST(got.plain.size() < plain.size());
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
