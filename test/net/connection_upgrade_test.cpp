#include "net/transport/deflate_stream.hpp"
#include "net/transport/snappy_stream.hpp"
#include "test/net/scripted.hpp"
#include "test/transport/pump.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

namespace cafq::test {

namespace {

const std::string ask_snappy = R"({"feature_negotiation":true,"snappy":true})";
const std::string ask_deflate
  = R"({"feature_negotiation":true,"deflate":true})";

struct fixture : scripted_network {
  /// The client's side.
  transport::snappy_stream snappy;
  transport::deflate_stream deflate{6};

  std::string identify(const std::string& json) {
    return "IDENTIFY\n" + sized(json);
  }

  /// Returns what bytes behind an upgrade say.
  static frames decode(transport::filter& by, const std::string& bytes) {
    return frames_in(pump(by, bytes, bytes.size()).plain);
  }

  /// Splits the reply in clear from what is behind it.
  static std::string behind_reply(const std::string& bytes) {
    const auto size = size_t{4}
                      + protocol::load_big_endian<uint32_t>(bytes.data());
    return bytes.substr(size);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(connection_upgrade_tests, fixture)

BOOST_AUTO_TEST_CASE(confirms_in_the_new_transport) {
  const auto ann = greet();
  send(ann, identify(ask_snappy));
  BOOST_TEST(decode(snappy, behind_reply(receive_bytes(ann)))
             == (frames{"OK"}));
  const auto bob = greet();
  send(bob, identify(ask_deflate));
  BOOST_TEST(decode(deflate, behind_reply(receive_bytes(bob)))
             == (frames{"OK"}));
}

BOOST_AUTO_TEST_CASE(earlier_answers_leave_in_clear_first) {
  const auto ann = greet();
  send(ann, pub("t", "a") + identify(ask_snappy));
  BOOST_TEST(receive_bytes(ann).empty());
  accept("t");
  const auto bytes = receive_bytes(ann);
  BOOST_TEST(bytes.substr(0, 10) == response("OK"));
  BOOST_TEST(decode(snappy, behind_reply(bytes.substr(10))) == (frames{"OK"}));
}

BOOST_AUTO_TEST_CASE(what_comes_early_is_for_the_new_transport) {
  const auto ann = greet();
  send(ann, identify(ask_snappy) + encode(snappy, "bad\n"));
  BOOST_TEST(decode(snappy, behind_reply(receive_bytes(ann)))
             == (frames{"OK", "!E_INVALID invalid command bad"}));
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(clear_text_behind_it_is_never_executed) {
  const auto ann = greet();
  send(ann, identify(ask_snappy) + pub("t", "a"));
  BOOST_TEST(decode(snappy, behind_reply(receive_bytes(ann)))
             == (frames{"OK"}));
  BOOST_TEST(closed(ann));
  BOOST_TEST(state_of<scripted_node_state>(script).topics.empty());
}

BOOST_AUTO_TEST_CASE(a_second_upgrade_is_refused) {
  const auto ann = greet();
  send(ann, identify(ask_snappy));
  BOOST_TEST(decode(snappy, behind_reply(receive_bytes(ann)))
             == (frames{"OK"}));
  send(ann, encode(snappy, identify(ask_deflate)));
  BOOST_TEST(
    decode(snappy, receive_bytes(ann))
    == (frames{"!E_IDENTIFY_FAILED IDENTIFY failed already upgraded"}));
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
