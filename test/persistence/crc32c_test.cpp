#include "persistence/crc32c.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>

using namespace cafq;

BOOST_AUTO_TEST_SUITE(crc32c_tests)

BOOST_AUTO_TEST_CASE(gives_the_values_of_rfc_3720) {
  BOOST_TEST(crc32c("") == 0U);
  BOOST_TEST(crc32c("123456789") == 0xE3069283U);
  BOOST_TEST(crc32c(std::string(32, '\0')) == 0x8A9136AAU);
  BOOST_TEST(crc32c(std::string(32, '\xff')) == 0x62A8AB43U);
  BOOST_TEST(crc32c_by_table("123456789") == 0xE3069283U);
}

BOOST_AUTO_TEST_CASE(is_the_same_with_and_without_the_instruction) {
  std::mt19937 random{1};
  std::string bytes;
  for (size_t size = 0; size < 10'000; size += 1 + size / 8) {
    while (bytes.size() < size)
      bytes.push_back(static_cast<char>(random()));
    BOOST_TEST(crc32c(bytes) == crc32c_by_table(bytes));
  }
}

BOOST_AUTO_TEST_CASE(goes_on_from_any_place) {
  std::string bytes;
  for (int i = 0; i < 7000; ++i)
    bytes.push_back(static_cast<char>(i * 7));
  const std::string_view all = bytes;
  for (const size_t cut : {0U, 1U, 7U, 8U, 3000U, 3072U, 7000U})
    BOOST_TEST(crc32c(all.substr(cut), crc32c(all.substr(0, cut)))
               == crc32c(all));
}

BOOST_AUTO_TEST_SUITE_END()
