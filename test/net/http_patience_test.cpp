#include "net/http_connection.hpp"
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

/// Answers as an actor does that waits for a store, which is never.
template <class Result, class Self>
caf::result<Result> never(Self* self) {
  return self->template make_response_promise<Result>();
}

/// A topic that exists; all that has to be on disk waits.
topic_actor::behavior_type waiting_topic(topic_actor::pointer self) {
  return {
    [](atom::kept, queue_id, uint64_t) {},
    [](atom::load, queue_id, const blocks_ptr&) {},
    [](atom::due, queue_id, const due_messages_ptr&) {},
    [](atom::fetch, queue_id, const bodies_ptr&) {},
    [](atom::shed) {},
    [](atom::empty, queue_id) {},
    [](atom::appended, const appended_ptr&) {},
    [](atom::put, const batch_ptr&, const client_actor&, ticket) {},
    [self](atom::channel, const std::string&) {
      return never<channel_actor>(self);
    },
    [self](atom::find, const std::string&) {
      return never<channel_actor>(self);
    },
    [](atom::list) { return std::vector<channel_actor>{}; },
    [self](atom::erase, const std::string&) {
      return never<atom::erase>(self);
    },
    [self](atom::pause, bool) { return never<atom::pause>(self); },
    [self](atom::empty) { return never<atom::empty>(self); },
    [](atom::save) { return atom::save_v; },
    [](atom::stat) { return actor_stat{}; },
    [](atom::room, const std::string&, uint64_t) {},
    [](atom::room, const std::string&, bool) {},
    [](atom::vacant, const channel_actor&, const std::string&) {},
    [](atom::tick) {},
  };
}

node_actor::behavior_type
waiting_node(node_actor::pointer self, const topic_actor& known) {
  return {
    [self](atom::topic, const std::string&) {
      return never<topic_actor>(self);
    },
    [known](atom::find, const std::string&) { return known; },
    [](atom::list) { return std::vector<topic_actor>{}; },
    [self](atom::erase, const std::string&) {
      return never<atom::erase>(self);
    },
    [](atom::save) { return atom::save_v; },
    [](atom::stat) { return actor_stat{}; },
    [](atom::vacant, const topic_actor&, const std::string&) {},
    [](atom::channel, const topic_actor&, const std::string&,
       const std::string&, bool) {},
  };
}

/// HTTP clients of such a node.
struct fixture : http_network {
  fixture() {
    known_topic = sys.spawn(waiting_topic);
    waiting = sys.spawn(waiting_node, known_topic);
    health->set(store_health::state::failing, "disk full");
    http->health = health;
    http->node = waiting;
  }

  fixture(const fixture&) = delete;
  fixture& operator=(const fixture&) = delete;

  ~fixture() {
    self->send_exit(waiting, caf::exit_reason::user_shutdown);
    self->send_exit(known_topic, caf::exit_reason::user_shutdown);
    run();
  }

  topic_actor known_topic;
  node_actor waiting;
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
