#include "test/protocol/transcript.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace cafq::test {

namespace {

const std::string unknown = "!E_INVALID invalid command ";

const std::vector<parser_case> lines{
  {"\n", {unknown}},
  {"\r\n", {unknown}},
  {"NOP\n", {"NOP"}},
  {"NOP\r\n", {"NOP"}},
  {"NOP \n", {"NOP"}},
  {"NOP x y\n", {"NOP"}},
  {"NOP\nNOP\r\nNOP\n", {"NOP", "NOP", "NOP"}},
  {"nop\n", {unknown + "nop"}},
  {" NOP\n", {unknown}},
  {"NOP\r\r\n", {unknown + "NOP\r"}},
  {"NOP\tx\n", {unknown + "NOP\tx"}},
  {"FOO bar\n", {unknown + "FOO"}},
  {std::string{"\xff\0abc\n", 6}, {unknown + std::string{"\xff\0abc", 5}}},
  {"FOO\nNOP\n", {unknown + "FOO"}},
  {"", {}},
  {"PUB t", {}},
  {"NOP\nNO", {"NOP"}},
  {"PUBX t\n", {unknown + "PUBX"}},
  {"IDENTIFYX\n", {unknown + "IDENTIFYX"}},
};

const std::vector<parser_case> long_lines{
  {std::string(16383, 'A') + "\n", {unknown + std::string(16383, 'A')}},
  {std::string(16384, 'A') + "\n", {"!"}},
  {std::string(16384, 'A'), {"!"}},
  {std::string(16383, 'A'), {}},
  {std::string(40000, 'A'), {"!"}},
  {"NOP " + std::string(16379, 'x') + "\n", {"NOP"}},
  {"NOP " + std::string(16380, 'x') + "\n", {"!"}},
  {"NOP\n" + std::string(16383, 'A') + "\n",
   {"NOP", unknown + std::string(16383, 'A')}},
  {"NOP\nNOP\n" + std::string(16384, 'A') + "\n", {"NOP", "NOP", "!"}},
};

protocol::limits with_tls() {
  protocol::limits result;
  result.tls_required = true;
  return result;
}

std::string no_tls(const std::string& word) {
  return "!E_INVALID cannot " + word + " in current state (TLS required)";
}

const std::vector<parser_case> tls_lines{
  {"NOP\n", {no_tls("NOP")}, with_tls()},
  {"\n", {no_tls("")}, with_tls()},
  {"FOO\n", {no_tls("FOO")}, with_tls()},
  {"PUB $\n", {no_tls("PUB")}, with_tls()},
  {"CLS\n", {no_tls("CLS")}, with_tls()},
  {"IDENTIFY\n" + sized("{}") + "NOP\n",
   {"IDENTIFY {}", no_tls("NOP")},
   with_tls()},
};

} // namespace

BOOST_AUTO_TEST_SUITE(command_parser_lines_tests)

BOOST_DATA_TEST_CASE(reads_lines_as_nsqd_does, lines) {
  check(sample);
}

BOOST_DATA_TEST_CASE(takes_no_line_longer_than_16384_bytes, long_lines) {
  check(sample);
}

BOOST_DATA_TEST_CASE(lets_only_identify_through_before_tls, tls_lines) {
  check(sample);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
