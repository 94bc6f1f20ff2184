#include "net/http/mpub.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <ostream>
#include <string>

using namespace cafq::http;
using namespace std::string_literals;

namespace data = boost::unit_test::data;

namespace {

constexpr limits small{4, 20, 1000};

struct row {
  std::string body;
  /// The messages, each with a bar behind it, or the error.
  std::string expected;

  friend std::ostream& operator<<(std::ostream& to, const row& x) {
    return to << x.body;
  }
};

/// What a reader gives out, `most` messages at a time.
std::string
show(mpub_reader::form how, const row& x, size_t most, bool whole = true) {
  mpub_reader reader{x.body, how, whole, small};
  std::vector<std::string_view> got;
  while (!reader.done()) {
    const auto before = got.size();
    if (const auto bad = reader.read(most, got)) {
      BOOST_TEST(reader.done());
      return std::to_string(bad->status) + " " + bad->body;
    }
    BOOST_TEST(got.size() - before <= most);
  }
  std::string result;
  for (auto message : got)
    result.append(message).append("|");
  return result;
}

constexpr std::array<size_t, 3> some_at_a_time{1, 2, 1000};

std::string error(const std::string& token) {
  return R"(413 {"message":")" + token + R"("})";
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_mpub_tests)

const std::array lines{
  row{"", ""},
  row{"\n\n", ""},
  row{"a", "a|"},
  row{"a\nb\n\nc\n", "a|b|c|"},
  row{"a\r\n", "a\r|"},
  row{"abcd\n", "abcd|"},
  row{"abcde\n", error("MSG_TOO_BIG")},
  row{"a\nabcde", error("MSG_TOO_BIG")},
  row{"abcd\nabcd\nabcd\nabcd", "abcd|abcd|abcd|abcd|"},
  row{"abcd\nabcd\nabcd\nabcd\n", "abcd|abcd|abcd|abcd|"},
  row{"abcd\nabcd\nabcd\nabcd\n\n", error("BODY_TOO_BIG")},
  // What is met first counts; the line that ends beyond is not looked at.
  row{"abcde\nabcd\nabcd\nabcd\nabcd", error("MSG_TOO_BIG")},
  row{"abcdeabcdeabcdeabcdeabcde", error("BODY_TOO_BIG")},
};

BOOST_DATA_TEST_CASE(takes_lines, data::make(lines), x) {
  for (const auto most : some_at_a_time)
    BOOST_TEST(show(mpub_reader::form::lines, x, most) == x.expected);
}

const std::array records{
  row{"", error("BAD_BODY")},
  row{"abc", error("BAD_BODY")},
  row{"\0\0\0\0"s, error("BAD_BODY")},
  row{"\xff\xff\xff\xff", error("BAD_BODY")},
  row{"\0\0\0\x04\0\0\0\x01x"s, error("BAD_BODY")},
  row{"\x7f\xff\xff\xff\0\0\0\x01x"s, error("BAD_BODY")},
  row{"\0\0\0\x01\0\0\0\x01x"s, "x|"},
  row{"\0\0\0\x02\0\0\0\x01x\0\0\0\x02yzrest"s, "x|yz|"},
  row{"\0\0\0\x01"s, error("BAD_MESSAGE")},
  row{"\0\0\0\x01\0\0\0\0"s, error("BAD_MESSAGE")},
  row{"\0\0\0\x01\xff\xff\xff\xff"s, error("BAD_MESSAGE")},
  row{"\0\0\0\x01\0\0\0\x02x"s, error("BAD_MESSAGE")},
  row{"\0\0\0\x02\0\0\0\x01x"s, error("BAD_MESSAGE")},
  row{"\0\0\0\x01\0\0\0\x05xxxxx"s, error("BAD_MESSAGE")},
  row{"\0\0\0\x01\0\0\0\x01x-------------"s, error("BODY_TOO_BIG")},
};

BOOST_DATA_TEST_CASE(takes_records, data::make(records), x) {
  for (const auto most : some_at_a_time)
    BOOST_TEST(show(mpub_reader::form::records, x, most) == x.expected);
}

BOOST_AUTO_TEST_SUITE_END()
