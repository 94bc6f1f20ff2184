#include "tools/cafq/frame_reader.hpp"

#include "tools/cafq/error.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>

using namespace std::literals;
using cafq::tool::frame_reader;
using cafq::tool::frame_type;

namespace {

constexpr auto ok_frame = "\0\0\0\x06\0\0\0\0OK"sv;
constexpr auto heartbeat_frame = "\0\0\0\x0f\0\0\0\0_heartbeat_"sv;

void feed(frame_reader& reader, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto space = reader.space();
    const auto n = std::min(space.size(), bytes.size());
    std::copy_n(bytes.begin(), n, space.begin());
    reader.commit(n);
    bytes.remove_prefix(n);
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(frame_reader_tests)

BOOST_AUTO_TEST_CASE(has_nothing_before_bytes_arrive) {
  frame_reader reader;
  BOOST_TEST(!reader.next());
}

BOOST_AUTO_TEST_CASE(cuts_two_frames_of_one_read) {
  frame_reader reader;
  feed(reader, std::string{ok_frame} + std::string{heartbeat_frame});
  const auto first = reader.next();
  BOOST_TEST_REQUIRE(first.has_value());
  BOOST_TEST(first->data == "OK");
  BOOST_TEST(!first->is_heartbeat());
  const auto second = reader.next();
  BOOST_TEST_REQUIRE(second.has_value());
  BOOST_TEST(second->is_heartbeat());
  BOOST_TEST(!reader.next());
}

BOOST_AUTO_TEST_CASE(waits_for_the_last_byte) {
  frame_reader reader;
  for (const auto byte : ok_frame.substr(0, ok_frame.size() - 1)) {
    feed(reader, {&byte, 1});
    BOOST_TEST(!reader.next());
  }
  feed(reader, "K");
  const auto whole = reader.next();
  BOOST_TEST_REQUIRE(whole.has_value());
  BOOST_TEST(whole->data == "OK");
}

BOOST_AUTO_TEST_CASE(grows_for_a_frame_larger_than_its_buffer) {
  frame_reader reader{16};
  feed(reader, ok_frame);
  BOOST_TEST(reader.next().has_value());
  feed(reader, "\0\0\x01\x04\0\0\0\x01"sv);
  feed(reader, std::string(256, 'x'));
  const auto large = reader.next();
  BOOST_TEST_REQUIRE(large.has_value());
  BOOST_TEST((large->type == frame_type::error));
  BOOST_TEST(large->data == std::string(256, 'x'));
}

BOOST_AUTO_TEST_CASE(refuses_another_protocol) {
  frame_reader reader;
  feed(reader, "HTTP/1.1 400 Bad Request");
  BOOST_CHECK_THROW((void)reader.next(), cafq::tool::error);
}

BOOST_AUTO_TEST_CASE(refuses_a_frame_without_a_type) {
  frame_reader reader;
  feed(reader, "\0\0\0\x03\0\0\0\0"sv);
  BOOST_CHECK_THROW((void)reader.next(), cafq::tool::error);
}

BOOST_AUTO_TEST_CASE(reads_the_parts_of_a_message) {
  const auto message = cafq::tool::parse_message("\0\0\0\0\0\0\x01\x02\0\x03"
                                                 "0123456789abcdefbody"sv);
  BOOST_TEST(message.created_ns == 0x102U);
  BOOST_TEST(message.attempts == 3);
  BOOST_TEST(message.id == "0123456789abcdef");
  BOOST_TEST(message.body == "body");
}

BOOST_AUTO_TEST_CASE(refuses_a_message_shorter_than_its_header) {
  BOOST_CHECK_THROW((void)cafq::tool::parse_message("0123456789abcdef"),
                    cafq::tool::error);
}

BOOST_AUTO_TEST_SUITE_END()
