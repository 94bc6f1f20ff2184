#include "test/protocol/transcript.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace cafq::test {

namespace {

const std::string id = "0123456789abcdef";
const std::string no_id = "!E_INVALID invalid message ID";

std::string wrong_state(const std::string& command) {
  return "!E_INVALID cannot " + command + " in current state";
}

const std::vector<parser_case> subs{
  {"SUB t c\n", {"SUB t c"}},
  {"SUB t c junk\n", {"SUB t c"}},
  {"SUB\n", {"!E_INVALID SUB insufficient number of parameters"}},
  {"SUB t\n", {"!E_INVALID SUB insufficient number of parameters"}},
  {"SUB t \n", {"!E_BAD_CHANNEL SUB channel name \"\" is not valid"}},
  {"SUB $ c\n", {"!E_BAD_TOPIC SUB topic name \"$\" is not valid"}},
  {"SUB $ $\n", {"!E_BAD_TOPIC SUB topic name \"$\" is not valid"}},
  {"SUB t $\n", {"!E_BAD_CHANNEL SUB channel name \"$\" is not valid"}},
  {"SUB t c\nSUB t c\n", {"SUB t c", wrong_state("SUB")}},
  {"SUB t c\nIDENTIFY\n", {"SUB t c", wrong_state("IDENTIFY")}},
  {"SUB t c\nAUTH\n", {"SUB t c", wrong_state("AUTH")}},
  {"SUB t c\nPUB t\n" + sized("x"), {"SUB t c", "PUB t x"}},
  {"RDY 1\n", {wrong_state("RDY")}},
  {"FIN\n", {wrong_state("FIN")}},
  {"REQ\n", {wrong_state("REQ")}},
  {"TOUCH\n", {wrong_state("TOUCH")}},
  {"CLS\n", {wrong_state("CLS")}},
};

/// A row whose client has subscribed.
parser_case subscribed(const std::string& line, const std::string& expected) {
  return {"SUB t d#ephemeral\n" + line + "\n", {"SUB t d#ephemeral", expected}};
}

const std::string rdy_range = "!E_INVALID RDY count ";

const std::vector<parser_case> consumes{
  subscribed("RDY", "RDY 1"),
  subscribed("RDY ", "RDY 0"),
  subscribed("RDY 5 x", "RDY 5"),
  subscribed("RDY 2500", "RDY 2500"),
  subscribed("RDY 2501", rdy_range + "2501 out of range 0-2500"),
  subscribed("RDY -1", "!E_INVALID RDY could not parse count -1"),
  subscribed("RDY abc", "!E_INVALID RDY could not parse count abc"),
  subscribed("RDY 1.0", "!E_INVALID RDY could not parse count 1.0"),
  subscribed("RDY 18446744073709551615", rdy_range + "-1 out of range 0-2500"),
  subscribed("RDY 18446744073709551616", "RDY 0"),
  subscribed("FIN", "!E_INVALID FIN insufficient number of params"),
  subscribed("FIN abc", no_id),
  subscribed("FIN ", no_id),
  subscribed("FIN " + id + "0", no_id),
  subscribed("FIN " + id, "FIN " + id),
  subscribed("FIN " + id + " x", "FIN " + id),
  subscribed("TOUCH", "!E_INVALID TOUCH insufficient number of params"),
  subscribed("TOUCH abc", no_id),
  subscribed("TOUCH " + id, "TOUCH " + id),
  subscribed("REQ", "!E_INVALID REQ insufficient number of params"),
  subscribed("REQ " + id, "!E_INVALID REQ insufficient number of params"),
  subscribed("REQ abc abc", no_id),
  subscribed("REQ " + id + " abc",
             "!E_INVALID REQ could not parse timeout abc"),
  subscribed("REQ " + id + " -1", "!E_INVALID REQ could not parse timeout -1"),
  subscribed("REQ " + id + " 0", "REQ " + id + " 0ns"),
  subscribed("REQ " + id + " ", "REQ " + id + " 0ns"),
  subscribed("REQ " + id + " 300", "REQ " + id + " 300000000ns"),
  subscribed("REQ " + id + " 3600000", "REQ " + id + " 3600000000000ns"),
  subscribed("REQ " + id + " 3600001",
             "REQ " + id + " 3600000000000ns clamped"),
  subscribed("REQ " + id + " 9223372036854",
             "REQ " + id + " 3600000000000ns clamped"),
  subscribed("REQ " + id + " 9223372036855", "REQ " + id + " 0ns clamped"),
  subscribed("CLS", "CLS"),
  subscribed("NOP", "NOP"),
};

/// A row whose client has subscribed and sent CLS.
parser_case closing(const std::string& rest, const std::string& expected) {
  return {"SUB t c\nCLS\n" + rest, {"SUB t c", "CLS", expected}};
}

const std::vector<parser_case> closings{
  closing("RDY 1\n", "NOP"),
  closing("RDY 99999\n", "NOP"),
  closing("RDY abc\n", "NOP"),
  closing("CLS\n", wrong_state("CLS")),
  closing("SUB t c\n", wrong_state("SUB")),
  closing("IDENTIFY\n", wrong_state("IDENTIFY")),
  closing("FIN " + id + "\n", "FIN " + id),
  closing("TOUCH " + id + "\n", "TOUCH " + id),
  closing("REQ " + id + " 0\n", "REQ " + id + " 0ns"),
  closing("NOP\n", "NOP"),
  closing("PUB t\n" + sized("x"), "PUB t x"),
};

} // namespace

BOOST_AUTO_TEST_SUITE(command_parser_consume_tests)

BOOST_DATA_TEST_CASE(subscribes_as_nsqd_does, subs) {
  check(sample);
}

BOOST_DATA_TEST_CASE(reads_commands_of_a_consumer_as_nsqd_does, consumes) {
  check(sample);
}

BOOST_DATA_TEST_CASE(lets_a_closing_client_finish_its_messages, closings) {
  check(sample);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
