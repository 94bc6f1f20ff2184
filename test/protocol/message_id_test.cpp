#include "net/protocol/message_id.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>

namespace cafq::test {

using namespace protocol;

namespace {

message_id to_id(std::string_view text) {
  message_id result;
  std::copy(text.begin(), text.end(), result.begin());
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(message_id_tests)

BOOST_AUTO_TEST_CASE(holds_node_and_number_in_lower_case_hex) {
  BOOST_TEST(view(make_id(0, 0)) == "0000000000000000");
  BOOST_TEST(view(make_id(1, 0)) == "0040000000000000");
  BOOST_TEST(view(make_id(1023, 0xabc)) == "ffc0000000000abc");
  BOOST_TEST(view(make_id(0, (uint64_t{1} << 54) - 1)) == "003fffffffffffff");
}

BOOST_AUTO_TEST_CASE(reads_back_what_it_made) {
  std::mt19937_64 random{7};
  for (int i = 0; i < 10'000; ++i) {
    const auto node = static_cast<uint16_t>(random() & 1023);
    const auto number = random() >> 10;
    const auto bits = parse_id(make_id(node, number));
    BOOST_TEST_REQUIRE(bits.has_value());
    BOOST_TEST(*bits == ((uint64_t{node} << 54) | number));
  }
}

BOOST_AUTO_TEST_CASE(reads_nothing_but_lower_case_hex) {
  BOOST_TEST(parse_id(to_id("0123456789abcdef")).value()
             == 0x0123456789abcdefu);
  for (const std::string_view text :
       {"0123456789abcdeF", "g123456789abcdef", " 123456789abcdef",
        "0123456789abcde/", "0123456789abcde:", "0123456789abcd`f",
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"})
    BOOST_TEST(!parse_id(to_id(text)).has_value());
}

BOOST_AUTO_TEST_CASE(judges_each_byte_in_each_place) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto good = to_id("0123456789abcdef");
  for (size_t place = 0; place < good.size(); ++place) {
    const auto shift = 4 * (good.size() - 1 - place);
    const auto others = 0x0123456789abcdefu & ~(uint64_t{15} << shift);
    for (int byte = 0; byte < 256; ++byte) {
      auto id = good;
      id[place] = static_cast<char>(byte);
      const auto value = digits.find(id[place]);
      const auto bits = parse_id(id);
      BOOST_TEST_REQUIRE(bits.has_value() == (value != digits.npos));
      if (bits)
        BOOST_TEST(*bits == (others | (uint64_t{value} << shift)));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
