#include "net/transport/crc32c.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace cafq::transport;

BOOST_AUTO_TEST_SUITE(crc32c_tests)

// RFC 3720, B.4.
BOOST_AUTO_TEST_CASE(is_castagnolis) {
  BOOST_TEST(crc32c("") == 0U);
  BOOST_TEST(crc32c("123456789") == 0xe3069283U);
  BOOST_TEST(crc32c(std::string(32, '\0')) == 0x8a9136aaU);
  BOOST_TEST(crc32c(std::string(32, '\xff')) == 0x62a8ab43U);
}

BOOST_AUTO_TEST_CASE(is_the_same_with_and_without_the_processor) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) {
    BOOST_TEST(crc32c(bytes) == detail::portable_crc32c(bytes));
    bytes += static_cast<char>(i * 37);
  }
}

BOOST_AUTO_TEST_CASE(is_masked_as_snappy_does) {
  // The chunk of nsqd's first OK.
  const std::string ok{"\0\0\0\6\0\0\0\0OK", 10};
  BOOST_TEST(masked_crc32c(ok) == 0xcf2b9826U);
}

BOOST_AUTO_TEST_SUITE_END()
