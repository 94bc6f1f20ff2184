#include "test/protocol/transcript.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace cafq::test {

namespace {

const std::vector<parser_case> identifies{
  {"IDENTIFY\n" + sized("{}"), {"IDENTIFY {}"}},
  {"IDENTIFY x y\n" + sized("{}") + "NOP\n", {"IDENTIFY {}", "NOP"}},
  {"IDENTIFY\n" + sized("{}") + "IDENTIFY\n" + sized("[]"),
   {"IDENTIFY {}", "IDENTIFY []"}},
  {"IDENTIFY\n" + be(0), {"!E_BAD_BODY IDENTIFY invalid body size 0"}},
  {"IDENTIFY\n" + be(-1), {"!E_BAD_BODY IDENTIFY invalid body size -1"}},
  {"IDENTIFY\n" + be(65537),
   {"!E_BAD_BODY IDENTIFY body too big 65537 > 65536"}},
  {"IDENTIFY\nabc", {"?E_BAD_BODY IDENTIFY failed to read body size"}},
  {"IDENTIFY\n" + be(2) + "{", {"?E_BAD_BODY IDENTIFY failed to read body"}},
};

protocol::limits with_auth() {
  protocol::limits result;
  result.auth_enabled = true;
  return result;
}

const std::vector<parser_case> auths{
  {"AUTH\n" + sized("s3cret"), {"AUTH s3cret"}, with_auth()},
  {"AUTH\n" + sized("s3cret"), {"!E_AUTH_DISABLED AUTH disabled"}},
  {"AUTH\n" + be(2) + "x", {"?E_BAD_BODY AUTH failed to read body"}},
  {"AUTH\nabc", {"?E_BAD_BODY AUTH failed to read body size"}},
  {"AUTH x\n", {"!E_INVALID AUTH invalid number of parameters"}},
  {"AUTH \n", {"!E_INVALID AUTH invalid number of parameters"}},
  {"AUTH\n" + be(0), {"!E_BAD_BODY AUTH invalid body size 0"}},
  {"AUTH\n" + be(65537), {"!E_BAD_BODY AUTH body too big 65537 > 65536"}},
};

protocol::limits tight() {
  protocol::limits result;
  result.max_msg_size = 3;
  result.max_body_size = 14;
  result.max_rdy_count = 7;
  result.max_req_timeout = std::chrono::milliseconds{10};
  return result;
}

/// Allows more than memory could ever take.
protocol::limits forgetful() {
  protocol::limits result;
  result.memory_limit = 1000;
  return result;
}

const std::string id = "0123456789abcdef";

// The smallest count no body of 14 bytes could hold is (14 - 4) / 5 + 1.
const std::vector<parser_case> limited{
  {"PUB t\n" + sized("abc"), {"PUB t abc"}, tight()},
  {"PUB t\n" + be(4), {"!E_BAD_MESSAGE PUB message too big 4 > 3"}, tight()},
  {"PUB t\n" + sized(std::string(1000, 'x')),
   {"PUB t " + std::string(1000, 'x')},
   forgetful()},
  {"PUB t\n" + be(1001),
   {"!E_BAD_MESSAGE PUB message too big 1001 > 1000 (--memory-limit)"},
   forgetful()},
  {"MPUB t\n" + be(1001),
   {"MPUB t...", "!E_BAD_BODY MPUB body too big 1001 > 1000 (--memory-limit)"},
   forgetful()},
  {"MPUB t\n" + be(1000) + be(2) + be(1001),
   {"MPUB t...",
    "!E_BAD_MESSAGE MPUB message too big 1001 > 1000 (--memory-limit)"},
   forgetful()},
  {"DPUB t 11\n", {"!E_INVALID DPUB timeout 11 out of range 0-10"}, tight()},
  {"MPUB t\n" + be(15),
   {"MPUB t...", "!E_BAD_BODY MPUB body too big 15 > 14"},
   tight()},
  {"MPUB t\n" + be(14) + be(2) + sized("a") + sized("b"),
   {"MPUB t...", "MPUB t a b"},
   tight()},
  {"MPUB t\n" + be(14) + be(2) + sized("a") + sized("bc"),
   {"MPUB t...", "!E_BAD_BODY MPUB body too big 15 > 14"},
   tight()},
  {"MPUB t\n" + be(14) + be(3),
   {"MPUB t...", "!E_BAD_BODY MPUB invalid message count 3"},
   tight()},
  {"MPUB t\n" + be(14) + be(2) + be(4),
   {"MPUB t...", "!E_BAD_MESSAGE MPUB message too big 4 > 3"},
   tight()},
  {"IDENTIFY\n" + be(15),
   {"!E_BAD_BODY IDENTIFY body too big 15 > 14"},
   tight()},
  {"SUB t c\nRDY 8\n",
   {"SUB t c", "!E_INVALID RDY count 8 out of range 0-7"},
   tight()},
  {"SUB t c\nREQ " + id + " 11\n",
   {"SUB t c", "REQ " + id + " 10000000ns clamped"},
   tight()},
};

} // namespace

BOOST_AUTO_TEST_SUITE(command_parser_bodies_tests)

BOOST_DATA_TEST_CASE(reads_identify_as_nsqd_does, identifies) {
  check(sample);
}

BOOST_DATA_TEST_CASE(reads_auth_as_nsqd_does, auths) {
  check(sample);
}

BOOST_DATA_TEST_CASE(keeps_to_the_operators_limits, limited) {
  check(sample);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
