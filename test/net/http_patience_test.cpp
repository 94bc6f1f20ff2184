#include "net/httpd/http_connection.hpp"
#include "test/net/http_network.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <ostream>
#include <string>

// What HTTP clients are told while the disk takes no names.

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

/// HTTP clients of a node with a topic, which both wait for a store that never
/// answers.
struct fixture : http_network {
  fixture() {
    ask<topic_actor>(script, atom::topic_v, std::string{"t"});
    mute(true);
    at("t").silent = true;
    health->set(store_health::state::failing, "disk full");
    http->health = health;
  }

  std::shared_ptr<store_health> health = std::make_shared<store_health>();
};

struct endpoint_case {
  const char* target;
  const char* body;
};

std::ostream& operator<<(std::ostream& out, const endpoint_case& x) {
  return out << x.target;
}

constexpr endpoint_case endpoints[] = {
  {"/pub?topic=t", "x"},
  {"/pub?topic=t&defer=10", "x"},
  {"/mpub?topic=t", "x\ny"},
  {"/topic/create?topic=t", ""},
  {"/topic/delete?topic=t", ""},
  {"/topic/empty?topic=t", ""},
  {"/topic/pause?topic=t", ""},
  {"/topic/unpause?topic=t", ""},
  {"/channel/create?topic=t&channel=c", ""},
  {"/channel/delete?topic=t&channel=c", ""},
  {"/channel/empty?topic=t&channel=c", ""},
  {"/channel/pause?topic=t&channel=c", ""},
  {"/channel/unpause?topic=t&channel=c", ""},
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(http_patience_tests, fixture)

BOOST_DATA_TEST_CASE_F(fixture, no_request_waits_for_ever,
                       boost::unit_test::data::make(endpoints)) {
  const auto ann = visit();
  send(ann, post(sample.target, sample.body));
  advance(5s - 1ns);
  BOOST_TEST(receive_bytes(ann) == "");
  advance(1ns);
  const auto answer = receive_bytes(ann);
  BOOST_TEST(answer.starts_with("HTTP/1.1 503 "));
  BOOST_TEST(answer.find("the disk takes no new names") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
