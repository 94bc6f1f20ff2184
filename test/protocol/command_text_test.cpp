#include "net/protocol/command_text.hpp"

#include <boost/test/unit_test.hpp>

namespace cafq::test {

using namespace protocol;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(command_text_test)

BOOST_AUTO_TEST_CASE(commands_look_as_they_were_sent) {
  const auto id = make_id(1, 2);
  const std::string hex{view(id)};
  BOOST_TEST(text_of(sub{"t", "c"}) == "[SUB t c]");
  BOOST_TEST(text_of(rdy{100}) == "[RDY 100]");
  BOOST_TEST(text_of(fin{id}) == "[FIN " + hex + "]");
  BOOST_TEST(text_of(touch{id}) == "[TOUCH " + hex + "]");
  BOOST_TEST(text_of(req{id, 1500ms}) == "[REQ " + hex + " 1500]");
  BOOST_TEST(text_of(cls{}) == "[CLS]");
  BOOST_TEST(text_of(nop{}) == "[NOP]");
  BOOST_TEST(text_of(mpub_begin{"t"}) == "[MPUB t]");
}

BOOST_AUTO_TEST_CASE(bodies_and_secrets_stay_out) {
  BOOST_TEST(text_of(pub{"t", "body"}) == "[PUB t]");
  BOOST_TEST(text_of(dpub{"t", "body", 20ms}) == "[DPUB t 20]");
  BOOST_TEST(text_of(mpub{"t", "records", 3, 3, 9}) == "[MPUB t] 3 messages");
  BOOST_TEST(text_of(identify{"{}"}) == "[IDENTIFY]");
  BOOST_TEST(text_of(auth{"secret"}) == "[AUTH]");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
