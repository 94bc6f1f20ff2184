#include "config/identity.hpp"

#include <boost/test/unit_test.hpp>

using namespace cafq::config;

BOOST_AUTO_TEST_SUITE(identity_tests)

// Expected values from zlib.crc32(hashlib.md5(name).digest()) % 1024.
BOOST_AUTO_TEST_CASE(derives_the_node_id_as_nsqd_does) {
  BOOST_TEST(node_id_of("abc") == 849);
  BOOST_TEST(node_id_of("localhost") == 16);
  BOOST_TEST(node_id_of("broker-1") == 937);
}

BOOST_AUTO_TEST_CASE(knows_a_name_for_this_machine) {
  BOOST_TEST(!hostname().empty());
}

BOOST_AUTO_TEST_SUITE_END()
