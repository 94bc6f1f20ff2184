#include "actors/lookup/registry_actor.hpp"

#include "actors/answer_promise.hpp"
#include "test/support/deterministic_system.hpp"

#include <boost/test/unit_test.hpp>

#include <caf/event_based_actor.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cafq::test {

using namespace lookup;
using namespace protocol;
using kind = lookup::request::kind;

namespace {

using patient_dialer = dialer_actor::extend<caf::reacts_to<atom::resume>>;

stat_actor::behavior_type connection(stat_actor::pointer) {
  return {[](atom::stat) {
    return actor_stat{};
  }};
}

const lookup_command who = lookup_identity{"my.host", "vm", 4150, 4151,
                                           "1.3.0"};

lookup_command add(std::string topic) {
  return lookup_registration{true, std::move(topic), {}};
}

struct fixture : deterministic_system {
  fixture() {
    start({});
  }

  ~fixture() {
    self->send_exit(registry, caf::exit_reason::user_shutdown);
    self->send_exit(dialer, caf::exit_reason::user_shutdown);
    self->send_exit(node, caf::exit_reason::user_shutdown);
  }

  fixture(const fixture&) = delete;
  fixture& operator=(const fixture&) = delete;

  void start(const registry_limits& limits) {
    if (registry)
      self->send_exit(registry, caf::exit_reason::user_shutdown);
    registry = sys.spawn(registry_keeper, limits, dialer_actor{dialer});
  }

  patient_dialer spawn_dialer() {
    return sys.spawn(
      [this](patient_dialer::pointer ptr) -> patient_dialer::behavior_type {
        return {
          [this, ptr](atom::find, const std::string& address) {
            dialed.push_back(address);
            if (!patient)
              ptr->send(ptr, atom::resume_v);
            return dialing.emplace_back(ptr).later();
          },
          [this](atom::resume) {
            for (auto& x : std::exchange(dialing, {}))
              x.keep(finding);
          },
        };
      });
  }

  /// Has the DIALER answer those who wait.
  void answer_dialed() {
    self->send(dialer, atom::resume_v);
    run();
  }

  /// Has a node say something; returns which of it was refused.
  std::vector<size_t>
  say_as(const stat_actor& from, std::vector<lookup_command> list) {
    auto what = std::make_shared<commands>();
    what->remote_address = "10.0.0.1:5";
    what->list = std::move(list);
    const auto result = ask<outcome>(registry, atom::put_v, from,
                                     commands_ptr{what});
    BOOST_TEST_REQUIRE(result.has_value());
    return result->refused;
  }

  std::vector<size_t> say(std::vector<lookup_command> list) {
    return say_as(node, std::move(list));
  }

  void end_node() {
    self->send_exit(node, caf::exit_reason::user_shutdown);
    run();
  }

  /// Asks; an error is an empty text.
  std::string tell(kind what, std::string topic = {}) {
    lookup::request x;
    x.what = what;
    x.topic = std::move(topic);
    const auto result = ask<report_text_ptr>(registry, atom::find_v, x);
    return result ? *(*result)->get() : "";
  }

  /// Has somebody ask who goes when he is answered; `seen` has it then.
  caf::actor ask_for(kind what, std::string topic = {}) {
    lookup::request x;
    x.what = what;
    x.topic = std::move(topic);
    return sys.spawn([this, x](caf::event_based_actor* asker) {
      asker->request(registry, caf::infinite, atom::find_v, x)
        .then([this, x](const report_text_ptr& text) {
          seen.push_back(x.what);
          texts.insert(text);
        });
    });
  }

  /// Registers more than is told of at once.
  void fill() {
    std::vector<lookup_command> list{who};
    for (int i = 0; i < 10'000; ++i)
      list.push_back(add("t" + std::to_string(i)));
    BOOST_TEST(say(std::move(list)).empty());
  }

  /// Returns how many messages the REGISTRY has handled.
  uint64_t handled() {
    return ask<actor_stat>(registry, atom::stat_v)->handled;
  }

  /// To what somebody was answered, in order.
  std::vector<kind> seen;
  /// With which texts.
  std::set<report_text_ptr> texts;
  std::vector<std::string> dialed;
  std::vector<answer_promise<std::string>> dialing;
  /// What the DIALER says, and whether it waits with that until it is told to.
  std::string finding;
  bool patient = false;
  patient_dialer dialer = spawn_dialer();
  stat_actor node = sys.spawn(connection);
  registry_actor registry;
};

constexpr auto nobody = R"({"producers":[]})";

} // namespace

BOOST_FIXTURE_TEST_SUITE(registry_actor_tests, fixture)

BOOST_AUTO_TEST_CASE(does_in_order_what_a_node_says) {
  BOOST_TEST(say({lookup_ping{}, who, add("t"), add("u"),
                  lookup_registration{false, "t", {}}})
               .empty());
  BOOST_TEST(tell(kind::topics) == R"({"topics":["t","u"]})");
  BOOST_TEST(tell(kind::nodes).find(R"("topics":["u"])") != std::string::npos);
  BOOST_TEST(tell(kind::lookup, "v") == "");
  BOOST_TEST((last_error == ec::no_such_topic));
}

BOOST_AUTO_TEST_CASE(forgets_a_node_when_its_connection_ends) {
  say({who, add("t")});
  BOOST_TEST(tell(kind::nodes) != nobody);
  end_node();
  BOOST_TEST(tell(kind::nodes) == nobody);
  BOOST_TEST(tell(kind::topics) == R"({"topics":["t"]})");
}

BOOST_AUTO_TEST_CASE(forgets_one_that_was_gone_before_it_was_heard) {
  end_node();
  say({who, add("t")});
  BOOST_TEST(tell(kind::nodes) == nobody);
}

BOOST_AUTO_TEST_CASE(says_what_it_had_no_room_for) {
  registry_limits small;
  small.bytes = 2000;
  start(small);
  const std::string longest(64, 'x');
  const auto refused
    = say({who, add(longest + "1"), add(longest + "2"), add(longest + "3"),
           add(longest + "4"), add(longest + "5"), add(longest + "6"),
           lookup_ping{}});
  BOOST_TEST_REQUIRE(!refused.empty());
  BOOST_TEST(refused.back() == 6U);
  BOOST_TEST(refused.front() > 1U);
}

BOOST_AUTO_TEST_CASE(has_the_address_of_a_node_tried) {
  say({who, lookup_ping{}});
  BOOST_TEST((dialed == std::vector<std::string>{"my.host:4150"}));
  BOOST_TEST(tell(kind::nodes).find("dial_back") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(tries_again_with_each_ping_of_one_that_nobody_reaches) {
  finding = "Connection refused";
  say({who});
  BOOST_TEST(tell(kind::nodes).find(R"("dial_back":"Connection refused")")
             != std::string::npos);
  finding = "";
  say({lookup_ping{}});
  say({lookup_ping{}});
  BOOST_TEST(dialed.size() == 2U);
  BOOST_TEST(tell(kind::nodes).find("dial_back") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(asks_once_about_an_address_however_many_pings_come) {
  finding = "Connection refused";
  say({who});
  const auto other = sys.spawn(connection);
  say_as(other, {who});
  dialed.clear();
  patient = true;
  say(std::vector<lookup_command>(1000, lookup_ping{}));
  say_as(other, std::vector<lookup_command>(1000, lookup_ping{}));
  BOOST_TEST(dialed.size() == 1U);
  finding = "";
  answer_dialed();
  BOOST_TEST(tell(kind::nodes).find("dial_back") == std::string::npos);
  self->send_exit(other, caf::exit_reason::user_shutdown);
}

BOOST_AUTO_TEST_CASE(a_node_may_go_while_its_address_is_tried) {
  patient = true;
  say({who});
  end_node();
  finding = "Connection refused";
  answer_dialed();
  node = sys.spawn(connection);
  say({who});
  BOOST_TEST(dialed.size() == 2U);
  BOOST_TEST(tell(kind::nodes).find("dial_back") == std::string::npos);
  answer_dialed();
}

BOOST_AUTO_TEST_CASE(tries_nothing_that_is_no_address) {
  say({lookup_identity{"a/b", "vm", 1, 2, "1.3.0"}});
  BOOST_TEST(dialed.empty());
  BOOST_TEST(tell(kind::nodes).find(R"("dial_back":"no host and port")")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(others_have_their_turn_beside_a_long_answer) {
  fill();
  ask_for(kind::topics);
  ask_for(kind::lookup, "t1");
  run();
  BOOST_TEST((seen == std::vector<kind>{kind::lookup, kind::topics}));
}

BOOST_AUTO_TEST_CASE(a_long_answer_is_written_once_for_all_who_wait) {
  fill();
  ask_for(kind::nodes);
  for (int i = 0; i < 20; ++i) {
    ask_for(kind::topics);
    ask_for(kind::nodes);
  }
  run();
  BOOST_TEST(seen.size() == 41U);
  // One that asks when the answer was begun could miss what it knows of.
  BOOST_TEST(texts.size() == 3U);
}

BOOST_AUTO_TEST_CASE(nothing_is_written_for_those_that_have_gone) {
  fill();
  auto before = handled();
  ask_for(kind::topics);
  run();
  const auto for_one = handled() - before;
  before = handled();
  ask_for(kind::topics);
  std::vector<caf::actor> others;
  for (int i = 0; i < 20; ++i)
    others.push_back(ask_for(i % 2 ? kind::nodes : kind::debug));
  for (const auto& x : others)
    self->send_exit(x, caf::exit_reason::kill);
  run();
  BOOST_TEST((seen == std::vector<kind>{kind::topics, kind::topics}));
  // Their questions, and that they have gone.
  BOOST_TEST(handled() - before <= for_one + 2 * others.size());
  const auto last = ask_for(kind::topics);
  self->send_exit(last, caf::exit_reason::kill);
  run();
  BOOST_TEST(tell(kind::topics).size() > 10'000U);
  BOOST_TEST(seen.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
