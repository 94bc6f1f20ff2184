#include "net/protocol/errors.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

namespace cafq::test {

using namespace protocol;

namespace {

message_id some_id() {
  const std::string_view digits = "0123456789abcdef";
  message_id result;
  std::copy(digits.begin(), digits.end(), result.begin());
  return result;
}

struct row {
  violation got;
  std::string text;
  bool fatal;
};

} // namespace

BOOST_AUTO_TEST_SUITE(errors_tests)

BOOST_AUTO_TEST_CASE(answers_have_the_texts_of_nsqd) {
  const auto id = some_id();
  const row rows[] = {
    {fin_failed(id, not_in_flight),
     "E_FIN_FAILED FIN 0123456789abcdef failed ID not in flight", false},
    {req_failed(id, not_owner),
     "E_REQ_FAILED REQ 0123456789abcdef failed client does not own message",
     false},
    {touch_failed(id, not_owner),
     "E_TOUCH_FAILED TOUCH 0123456789abcdef failed client does not own message",
     false},
    {pub_failed(command_name::pub, exiting), "E_PUB_FAILED PUB failed exiting",
     true},
    {pub_failed(command_name::mpub, exiting),
     "E_MPUB_FAILED MPUB failed exiting", true},
    {pub_failed(command_name::dpub, exiting),
     "E_DPUB_FAILED DPUB failed exiting", true},
    {sub_failed(being_deleted),
     "E_SUB_FAILED SUB failed to deleted topic/channel", true},
    {too_many_consumers("okt", "c", 1),
     "E_SUB_FAILED SUB failed consumers for okt:c exceeds limit of 1", true},
    {identify_failed("i/o timeout"),
     "E_IDENTIFY_FAILED IDENTIFY failed i/o timeout", true},
  };
  for (const auto& row : rows) {
    BOOST_TEST(row.got.text == row.text);
    BOOST_TEST(row.got.fatal == row.fatal);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
