#include "tools/cafq/bench/command_template.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace std::literals;
using cafq::bench::body_header;
using cafq::bench::command_template;

namespace {

std::string formatted(const command_template& command, std::size_t topic,
                      const body_header& header) {
  std::string out;
  command.append(out, topic, header);
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(command_template_tests)

BOOST_AUTO_TEST_CASE(numbers_the_body_of_a_pub) {
  const auto command = command_template::nsq({"t"}, 1, 18);
  BOOST_TEST(formatted(command, 0, {.run = 1, .producer = 2, .sequence = 3})
             == "PUB t\n\0\0\0\x12"
                "\0\0\0\x01\0\0\0\x02\0\0\0\0\0\0\0\x03xx"s);
}

BOOST_AUTO_TEST_CASE(numbers_the_bodies_of_an_mpub_in_sequence) {
  const auto command = command_template::nsq({"t"}, 2, 16);
  BOOST_TEST(formatted(command, 0, {.run = 1, .producer = 2, .sequence = 255})
             == "MPUB t\n\0\0\0\x2c\0\0\0\x02"
                "\0\0\0\x10\0\0\0\x01\0\0\0\x02\0\0\0\0\0\0\0\xff"
                "\0\0\0\x10\0\0\0\x01\0\0\0\x02\0\0\0\0\0\0\x01\0"s);
}

BOOST_AUTO_TEST_CASE(leaves_a_body_without_room_alone) {
  const auto command = command_template::nsq({"t"}, 1, 2);
  BOOST_TEST(formatted(command, 0, {.run = 1}) == "PUB t\n\0\0\0\x02xx"s);
}

BOOST_AUTO_TEST_CASE(appends_for_any_of_its_topics) {
  const auto command = command_template::nsq({"a", "bcd"}, 1, 1);
  BOOST_TEST(command.topics() == 2U);
  std::string out;
  command.append(out, 1, {});
  command.append(out, 0, {});
  BOOST_TEST(out == "PUB bcd\n\0\0\0\x01xPUB a\n\0\0\0\x01x"s);
}

BOOST_AUTO_TEST_CASE(makes_a_request_of_a_pub) {
  const auto command = command_template::http({"h", "80"}, {"t#1"}, 1, 3);
  BOOST_TEST(formatted(command, 0, {})
             == "POST /pub?topic=t%231 HTTP/1.1\r\nHost: h:80\r\n"
                "Content-Length: 3\r\n\r\nxxx");
}

BOOST_AUTO_TEST_CASE(makes_a_request_of_an_mpub) {
  const auto command = command_template::http({"h", "80"}, {"t"}, 2, 1);
  BOOST_TEST(formatted(command, 0, {})
             == "POST /mpub?binary=true&topic=t HTTP/1.1\r\nHost: h:80\r\n"
                "Content-Length: 14\r\n\r\n"
                "\0\0\0\x02\0\0\0\x01x\0\0\0\x01x"s);
}

BOOST_AUTO_TEST_CASE(reads_back_what_it_stamped) {
  const auto run = cafq::bench::to_run(7);
  const auto bytes = formatted(command_template::nsq({"t"}, 1, 20), 0,
                               {.run = run, .producer = 8, .sequence = 9});
  const auto header = cafq::bench::load_header(
    std::string_view{bytes}.substr(bytes.size() - 20));
  BOOST_TEST_REQUIRE(header.has_value());
  BOOST_TEST(header->run == run);
  BOOST_TEST(header->producer == 8U);
  BOOST_TEST(header->sequence == 9U);
}

BOOST_AUTO_TEST_CASE(takes_no_text_for_a_header) {
  BOOST_TEST(!cafq::bench::load_header("sixteen letters!").has_value());
  BOOST_TEST(!cafq::bench::load_header("\xCA").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
