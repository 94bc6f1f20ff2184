#include "tools/cafq/bench/command_template.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace std::literals;
using cafq::bench::command_template;

BOOST_AUTO_TEST_SUITE(command_template_tests)

BOOST_AUTO_TEST_CASE(numbers_the_body_of_a_pub) {
  command_template command{"t", 1, 18};
  BOOST_TEST(command.stamp({.run = 1, .producer = 2, .value = 3})
             == "PUB t\n\0\0\0\x12"
                "\0\0\0\x01\0\0\0\x02\0\0\0\0\0\0\0\x03xx"s);
}

BOOST_AUTO_TEST_CASE(numbers_the_bodies_of_an_mpub_in_sequence) {
  command_template command{"t", 2, 16};
  (void)command.stamp({.run = 9, .producer = 9, .value = 9});
  BOOST_TEST(command.stamp({.run = 1, .producer = 2, .value = 255})
             == "MPUB t\n\0\0\0\x2c\0\0\0\x02"
                "\0\0\0\x10\0\0\0\x01\0\0\0\x02\0\0\0\0\0\0\0\xff"
                "\0\0\0\x10\0\0\0\x01\0\0\0\x02\0\0\0\0\0\0\x01\0"s);
}

BOOST_AUTO_TEST_CASE(leaves_a_body_without_room_alone) {
  command_template command{"t", 1, 2};
  BOOST_TEST(command.stamp({.run = 1}) == "PUB t\n\0\0\0\x02xx"s);
}

BOOST_AUTO_TEST_CASE(reads_back_what_was_stamped) {
  command_template command{"t", 1, 20};
  const auto bytes = command.stamp({.run = 7, .producer = 8, .value = 9});
  const auto header = cafq::bench::load_header(bytes.substr(bytes.size() - 20));
  BOOST_TEST_REQUIRE(header.has_value());
  BOOST_TEST(header->run == 7U);
  BOOST_TEST(header->producer == 8U);
  BOOST_TEST(header->value == 9U);
}

BOOST_AUTO_TEST_SUITE_END()
