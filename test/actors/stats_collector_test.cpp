#include "actors/stats_collector.hpp"

#include "test/support/broker.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

namespace cafq::test {

namespace {

using namespace std::chrono_literals;

parent_actor::behavior_type parent(parent_actor::pointer /*self*/,
                                   const std::vector<stat_actor>& children) {
  return {
    [children](atom::list) { return children; },
    [](atom::stat) { return actor_stat{}; },
  };
}

/// A connection; one that has ended never answers.
stat_actor::behavior_type child(stat_actor::pointer self, bool ended) {
  return {
    [self, ended](atom::stat) -> caf::result<actor_stat> {
      if (ended)
        return self->make_response_promise<actor_stat>();
      return actor_stat{};
    },
  };
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(stats_collector_tests, broker)

BOOST_AUTO_TEST_CASE(a_connection_that_ended_holds_up_no_report) {
  topic("t");
  const auto listener = sys.spawn(
    parent,
    std::vector<stat_actor>{sys.spawn(child, true), sys.spawn(child, false)});
  collector_sources sources;
  sources.node = node;
  sources.clients = listener;
  const auto collector = sys.spawn(stats_collector, sources);
  report_request how;
  how.how = report_request::form::stats_json;
  how.include_clients = true;
  auto pending = self->request(collector, caf::infinite, atom::list_v, how);
  run();
  advance(1s);
  advance(1s);
  std::string report;
  pending.receive([&](const text_ptr& x) { report = *x; },
                  [](const caf::error&) {});
  BOOST_TEST(report.find("\"topic_name\":\"t\"") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
