#include "net/protocol/frame.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace cafq::test {

using namespace protocol;

namespace {

std::string text(const std::vector<char>& bytes) {
  return {bytes.begin(), bytes.end()};
}

/// A literal with zero bytes in it.
template <size_t N>
std::string bytes(const char (&literal)[N]) {
  return {literal, N - 1};
}

struct fixture {
  std::vector<char> out;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(frame_tests, fixture)

BOOST_AUTO_TEST_CASE(constant_frames_are_what_append_response_makes) {
  const std::pair<std::string_view, std::string_view> rows[] = {
    {ok_frame, "OK"},
    {heartbeat_frame, "_heartbeat_"},
    {close_wait_frame, "CLOSE_WAIT"},
  };
  for (const auto& [frame, data] : rows) {
    out.clear();
    append_response(out, data);
    BOOST_TEST(text(out) == frame);
  }
}

BOOST_AUTO_TEST_CASE(a_response_has_type_zero) {
  append_response(out, "OK");
  BOOST_TEST(text(out) == bytes("\0\0\0\6\0\0\0\0OK"));
}

BOOST_AUTO_TEST_CASE(an_error_has_type_one) {
  append_error(out, "E_INVALID invalid command FOO");
  append_error(out, "E_BAD_PROTOCOL");
  BOOST_TEST(text(out)
             == bytes("\0\0\0\x21\0\0\0\1E_INVALID invalid command FOO"
                      "\0\0\0\x12\0\0\0\1E_BAD_PROTOCOL"));
}

BOOST_AUTO_TEST_CASE(a_message_has_timestamp_attempts_id_and_body) {
  append_message(out, 0x0102030405060708, 0x0a0b, make_id(1023, 5), "hi");
  BOOST_TEST(text(out)
             == bytes("\0\0\0\x20\0\0\0\2"
                      "\1\2\3\4\5\6\7\x08"
                      "\x0a\x0b"
                      "ffc0000000000005"
                      "hi"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
