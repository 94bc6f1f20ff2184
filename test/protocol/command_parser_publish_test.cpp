#include "test/protocol/transcript.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace cafq::test {

namespace {

const std::string few = " insufficient number of parameters";
const std::string pub_size = "!E_BAD_MESSAGE PUB invalid message body size ";
const std::string big = "message too big 1048577 > 1048576";

std::string bad_topic(const std::string& command, const std::string& topic) {
  return "!E_BAD_TOPIC " + command + " topic name \"" + topic
         + "\" is not valid";
}

/// A PUB of one byte.
parser_case publishes_to(const std::string& topic) {
  return {"PUB " + topic + "\n" + sized("x"), {"PUB " + topic + " x"}};
}

parser_case refuses_topic(const std::string& topic, const std::string& quoted) {
  return {"PUB " + topic + "\n", {bad_topic("PUB", quoted)}};
}

parser_case refuses_topic(const std::string& topic) {
  return refuses_topic(topic, topic);
}

const std::vector<parser_case> pubs{
  {"PUB t\n" + sized("hi"), {"PUB t hi"}},
  {"PUB t\r\n" + sized("hi\n"), {"PUB t hi\n"}},
  {"PUB t\n" + sized("a") + "PUB u\n" + sized("b") + "NOP\n",
   {"PUB t a", "PUB u b", "NOP"}},
  {"PUB t \n" + sized("x"), {"PUB t x"}},
  {"PUB t a b\n" + sized("x"), {"PUB t x"}},
  {"PUB\n", {"!E_INVALID PUB" + few}},
  refuses_topic(""),
  refuses_topic(" t", ""),
  refuses_topic("a$b"),
  refuses_topic("a\xff\x01\x7f\"\\\xc3\xa9", R"(a\xff\x01\x7f\"\\é)"),
  refuses_topic("a\tb", R"(a\tb)"),
  publishes_to(std::string(64, 'a')),
  refuses_topic(std::string(65, 'a')),
  publishes_to(std::string(54, 'a') + "#ephemeral"),
  refuses_topic(std::string(55, 'a') + "#ephemeral"),
  refuses_topic("#ephemeral"),
  refuses_topic("a#eph"),
  refuses_topic("a#ephemeralx"),
  refuses_topic("a#Ephemeral"),
  {"PUB t\n" + be(0), {pub_size + "0"}},
  {"PUB t\n" + be(-1), {pub_size + "-1"}},
  {"PUB t\n" + be(0x80000000), {pub_size + "-2147483648"}},
  {"PUB t\n" + be(1048577), {"!E_BAD_MESSAGE PUB " + big}},
  {"PUB t\n" + be(10) + "abc",
   {"?E_BAD_MESSAGE PUB failed to read message body"}},
  {"PUB t\n" + be(10), {"?E_BAD_MESSAGE PUB failed to read message body"}},
  {"PUB t\n" + be(1).substr(0, 2),
   {"?E_BAD_MESSAGE PUB failed to read message body size"}},
  {"PUB t\n", {"?E_BAD_MESSAGE PUB failed to read message body size"}},
  {"PUB t", {}},
};

const std::string dpub_range = "!E_INVALID DPUB timeout ";

const std::vector<parser_case> dpubs{
  {"DPUB t 0\n" + sized("x"), {"DPUB t x 0ns"}},
  {"DPUB t 250 junk\n" + sized("x"), {"DPUB t x 250000000ns"}},
  {"DPUB t \n" + sized("x"), {"DPUB t x 0ns"}},
  {"DPUB t 3600000\n" + sized("x"), {"DPUB t x 3600000000000ns"}},
  {"DPUB t 18446744073710\n" + sized("x"), {"DPUB t x 448384ns"}},
  {"DPUB\n", {"!E_INVALID DPUB" + few}},
  {"DPUB t\n", {"!E_INVALID DPUB" + few}},
  {"DPUB $ abc\n", {bad_topic("DPUB", "$")}},
  {"DPUB t abc\n", {"!E_INVALID DPUB could not parse timeout abc"}},
  {"DPUB t -1\n", {"!E_INVALID DPUB could not parse timeout -1"}},
  {"DPUB t 3600001\n", {dpub_range + "3600001 out of range 0-3600000"}},
  {"DPUB t 9223372036855\n",
   {dpub_range + "9223372036855 out of range 0-3600000"}},
  {"DPUB t 18446744073709551615\n",
   {dpub_range + "18446744073709551615 out of range 0-3600000"}},
  {"DPUB t 1\n" + be(0), {"!E_BAD_MESSAGE DPUB invalid message body size 0"}},
  {"DPUB t 1\n" + be(1048577), {"!E_BAD_MESSAGE DPUB " + big}},
  {"DPUB t 1\nab", {"?E_BAD_MESSAGE DPUB failed to read message body size"}},
  {"DPUB t 1\n" + be(2) + "a",
   {"?E_BAD_MESSAGE DPUB failed to read message body"}},
};

const std::string begin = "MPUB m...";
const std::string in_mpub = "E_BAD_MESSAGE MPUB ";

/// An MPUB line and what follows it.
std::string mpub(const std::string& rest) {
  return "MPUB m\n" + rest;
}

const std::vector<parser_case> mpubs{
  {mpub(be(18) + be(2) + sized("abc") + sized("de")), {begin, "MPUB m abc de"}},
  {mpub(be(9) + be(1) + sized("a")) + mpub(be(9) + be(1) + sized("b"))
     + "NOP\n",
   {begin, "MPUB m a", begin, "MPUB m b", "NOP"}},
  {"MPUB\n", {"!E_INVALID MPUB" + few}},
  {"MPUB $\n", {"!E_BAD_TOPIC " + bad_topic("MPUB", "$").substr(1)}},
  {mpub(be(0)), {begin, "!E_BAD_BODY MPUB invalid body size 0"}},
  {mpub(be(-5)), {begin, "!E_BAD_BODY MPUB invalid body size -5"}},
  {mpub(be(5242881)),
   {begin, "!E_BAD_BODY MPUB body too big 5242881 > 5242880"}},
  {mpub(be(4) + be(0)), {begin, "!E_BAD_BODY MPUB invalid message count 0"}},
  {mpub(be(4) + be(-1)), {begin, "!E_BAD_BODY MPUB invalid message count -1"}},
  {mpub(be(4) + be(1048576)),
   {begin, "!E_BAD_BODY MPUB invalid message count 1048576"}},
  {mpub(be(4) + be(1048575)),
   {begin, "?" + in_mpub + "failed to read message(0) body size"}},
  {mpub(be(8) + be(1) + be(0)),
   {begin, "!" + in_mpub + "invalid message(0) body size 0"}},
  {mpub(be(500) + be(2) + sized("abc") + be(0)),
   {begin, "!" + in_mpub + "invalid message(1) body size 0"}},
  {mpub(be(500) + be(2) + sized("abc") + be(-7)),
   {begin, "!" + in_mpub + "invalid message(1) body size -7"}},
  {mpub(be(8) + be(1) + be(1048577)), {begin, "!" + in_mpub + big}},
  {mpub(be(1) + be(1) + sized("abc")), {begin, "MPUB m abc"}},
  {mpub(be(500) + be(1) + sized("abc")) + "FOO\n",
   {begin, "MPUB m abc", "!E_INVALID invalid command FOO"}},
  {mpub(be(500) + be(1) + sized("abc")) + "PUB t\n" + sized("x") + "NOP\nNO",
   {begin, "MPUB m abc", "PUB t x", "NOP"}},
  {mpub(""), {begin, "?E_BAD_BODY MPUB failed to read body size"}},
  {mpub("abc"), {begin, "?E_BAD_BODY MPUB failed to read body size"}},
  {mpub(be(9)), {begin, "?E_BAD_BODY MPUB failed to read message count"}},
  {mpub(be(9) + "ab"),
   {begin, "?E_BAD_BODY MPUB failed to read message count"}},
  {mpub(be(9) + be(1)),
   {begin, "?" + in_mpub + "failed to read message(0) body size"}},
  {mpub(be(99) + be(2) + sized("abc") + "12"),
   {begin, "?" + in_mpub + "failed to read message(1) body size"}},
  {mpub(be(99) + be(2) + sized("abc") + be(5)),
   {begin, "?" + in_mpub + "failed to read message body"}},
  {mpub(be(99) + be(2) + sized("abc") + be(5) + "1234"),
   {begin, "?" + in_mpub + "failed to read message body"}},
};

const std::string megabyte(1048576, 'm');

const std::vector<parser_case> large{
  {"PUB t\n" + sized(megabyte) + "NOP\n", {"PUB t " + megabyte, "NOP"}},
  {mpub(be(9) + be(2) + sized(megabyte) + sized(megabyte)) + "NOP\n",
   {begin, "MPUB m " + megabyte + " " + megabyte, "NOP"}},
  // nsqd goes on here: what a client really sends of an MPUB has no bound.
  {mpub(be(9) + be(9) + sized(megabyte) + sized(megabyte) + sized(megabyte)
        + sized(megabyte) + sized(std::string(1048548, 'm')) + be(1)),
   {begin, "!E_BAD_BODY MPUB body too big 5242881 > 5242880"}},
};

} // namespace

BOOST_AUTO_TEST_SUITE(command_parser_publish_tests)

BOOST_DATA_TEST_CASE(reads_pub_as_nsqd_does, pubs) {
  check(sample);
}

BOOST_DATA_TEST_CASE(reads_dpub_as_nsqd_does, dpubs) {
  check(sample);
}

BOOST_DATA_TEST_CASE(reads_mpub_as_nsqd_does, mpubs) {
  check(sample);
}

BOOST_DATA_TEST_CASE(takes_messages_of_the_largest_size, large) {
  check(sample);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
