#include "test/net/network.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

namespace cafq::test {

namespace {

struct limits_case {
  size_t open_files;
  size_t wished;
  size_t connections;
  size_t silent;
};

std::ostream& operator<<(std::ostream& out, const limits_case& x) {
  return out << x.open_files << " files, " << x.wished << " wished";
}

constexpr limits_case limits_cases[] = {
  {1024, 0, 900, 450},
  {1024, 100, 100, 50},
  {1024, 900, 900, 450},
  {1024, 5000, 900, 450},
  {1024, 1, 1, 1},
  {1048576, 0, 982980, 1000},
  {1048576, 1500, 1500, 750},
  {16, 0, 12, 6},
  {1, 0, 2, 1},
  {0, 0, 2, 1},
};

using namespace std::chrono_literals;

/// At most five clients, two of them silent.
struct fixture : network {
  fixture() : network(listener_limits{5, 2}) {
    // nop
  }

  /// Returns a client that answers heartbeats.
  connection_handle stay() {
    const auto result = greet();
    send(result, "NOP\n");
    return result;
  }

  /// Returns a client that answers none.
  connection_handle without_heartbeats() {
    const auto result = greet();
    const std::string body = R"({"heartbeat_interval":-1})";
    send(result, "IDENTIFY\n" + size_of(body) + body);
    return result;
  }

  static std::string size_of(const std::string& x) {
    return {0, 0, 0, static_cast<char>(x.size())};
  }

  bool accepting() {
    return !mpx.passive_mode(acceptor);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(listener_limits_tests)

BOOST_DATA_TEST_CASE(leaves_files_for_the_node,
                     boost::unit_test::data::make(limits_cases)) {
  const auto limits = limits_for(sample.open_files, sample.wished);
  BOOST_TEST(limits.max_connections == sample.connections);
  BOOST_TEST(limits.max_silent == sample.silent);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(listener_tests, fixture)

BOOST_AUTO_TEST_CASE(counts_its_clients) {
  connect();
  greet();
  const auto x = stat(listener);
  BOOST_TEST(x.kind == "listener");
  BOOST_TEST(x.figure(&listener_figures::connections) == 2u);
  BOOST_TEST(x.figure(&listener_figures::silent) == 1u);
  BOOST_TEST(x.figure(&listener_figures::accepted) == 2u);
}

BOOST_AUTO_TEST_CASE(one_silent_client_too_many_ends_the_oldest) {
  const auto ann = connect();
  const auto bob = connect();
  const auto cid = connect();
  BOOST_TEST(closed(ann));
  BOOST_TEST(!closed(bob));
  BOOST_TEST(!closed(cid));
  BOOST_TEST(counter(listener, "connections") == 2u);
  BOOST_TEST(counter(listener, "silent") == 2u);
}

BOOST_AUTO_TEST_CASE(who_has_greeted_stays) {
  const auto ann = greet();
  connect();
  connect();
  connect();
  BOOST_TEST(!closed(ann));
  BOOST_TEST(counter(listener, "connections") == 3u);
}

BOOST_AUTO_TEST_CASE(part_of_the_magic_is_no_greeting) {
  const auto ann = connect();
  send(ann, "  V");
  connect();
  connect();
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(pauses_at_the_most_connections) {
  for (int i = 0; i < 4; ++i)
    stay();
  BOOST_TEST(accepting());
  const auto last = stay();
  BOOST_TEST(!accepting());
  BOOST_TEST(stat(listener).paused);
  // One leaves.
  talk(last, "BOGUS\n");
  BOOST_TEST(closed(last));
  run();
  BOOST_TEST(accepting());
  BOOST_TEST(counter(listener, "connections") == 4u);
}

BOOST_AUTO_TEST_CASE(one_that_never_sent_a_command_goes_for_somebody_new) {
  const auto ann = greet();
  advance(1s);
  const auto bob = greet();
  for (int i = 0; i < 3; ++i)
    stay();
  BOOST_TEST(accepting());
  const auto cid = stay();
  BOOST_TEST(closed(ann));
  BOOST_TEST(!closed(bob));
  BOOST_TEST(!closed(cid));
  BOOST_TEST(counter(listener, "connections") == 5u);
  BOOST_TEST(counter(listener, "ended") == 1u);
  // Bob has just come.
  BOOST_TEST(!accepting());
  advance(1100ms);
  BOOST_TEST(accepting());
}

BOOST_AUTO_TEST_CASE(accepting_resumes_when_somebody_may_go) {
  const auto ann = without_heartbeats();
  for (int i = 0; i < 4; ++i)
    stay();
  BOOST_TEST(!accepting());
  advance(1s);
  BOOST_TEST(!accepting());
  // The timers of a loop fire up to 100 ms late.
  advance(2s);
  BOOST_TEST(accepting());
  BOOST_TEST(!closed(ann));
  stay();
  BOOST_TEST(closed(ann));
}

BOOST_AUTO_TEST_CASE(ends_with_all_its_clients) {
  const auto ann = greet();
  const auto bob = connect();
  const auto watcher = client();
  watch(watcher, listener);
  self->send_exit(listener, caf::exit_reason::user_shutdown);
  run();
  BOOST_TEST(closed(ann));
  BOOST_TEST(closed(bob));
  BOOST_TEST(mpx.stopped_reading(acceptor));
  BOOST_TEST(sent_to(watcher).gone == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
