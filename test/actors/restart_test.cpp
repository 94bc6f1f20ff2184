#include "actors/restart_limit.hpp"
#include "test/actors/store_world.hpp"

#include <caf/sec.hpp>
#include <caf/send.hpp>

#include <set>
#include <stdexcept>
#include <string>
#include <utility>

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

/// The next one who defers a message fails.
bool failing = false;

queue::duration failing_offset() {
  if (std::exchange(failing, false))
    throw std::runtime_error("as the test wants it");
  return store_world::unix_offset;
}

/// Which topics nsqlookupds know of.
struct lookupd_state {
  std::set<std::string> topics;
};

discovery_actor::behavior_type
lookupd(discovery_actor::stateful_pointer<lookupd_state> self) {
  return {
    [self](atom::topic, const std::string& name, bool exists) {
      if (exists)
        self->state.topics.insert(name);
      else
        self->state.topics.erase(name);
    },
    [](atom::channel, const std::string&, const std::string&, bool) {},
    [](atom::find, const std::string&) { return names_ptr{}; },
    [](atom::lookupd) { return lookupd_addresses{}; },
    [](atom::lookupd, const lookupd_addresses& x) { return x; },
    [](atom::list) { return std::vector<stat_actor>{}; },
    [](atom::stat) { return actor_stat{}; },
    [](atom::greeted, const topology_actor&, const std::string&) {},
    [](atom::vacant, const topology_actor&) {},
  };
}

struct fixture : store_world {
  fixture() {
    end();
    settings.discovery = sys.spawn(lookupd);
    settings.unix_offset = failing_offset;
    settings.sync
      = std::make_shared<config::sync_policy>(config::sync_mode::interval);
    start();
  }

  ~fixture() {
    failing = false;
    self->send_exit(settings.discovery, caf::exit_reason::user_shutdown);
  }

  bool is_registered(const std::string& name) {
    return state_of<lookupd_state>(settings.discovery).topics.count(name) > 0;
  }

  /// Lets an actor fail between two messages.
  template <class Handle>
  void fail(const Handle& x) {
    self->send_exit(x, caf::sec::runtime_error);
    run();
  }

  /// What is published meanwhile has its place.
  void settle() {
    pass(300ms, 10ms);
  }

  std::vector<std::string> all_of(const std::string& name) {
    const auto c = channel(name);
    return drain(c, consumer(c, 100));
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(restart_tests, fixture)

// -- how often ----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(five_times_a_minute_are_tried_again) {
  restart_limit uut;
  const queue::time_point start{1h};
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(uut.failed(start + i * 1s));
  BOOST_TEST(!uut.failed(start + 59s));
  BOOST_TEST(uut.failed(start + 10min));
  BOOST_TEST(uut.count() == 7U);
}

// -- what is there again ------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_topic_that_fails_has_what_its_channels_had) {
  const auto before = topic();
  channel("a");
  channel("b");
  publish(0, 9);
  fail(before);
  BOOST_TEST((topic() != before));
  // Nothing was on disk: the channels saved it as they saw the end.
  BOOST_TEST(all_of("a") == bodies(0, 9), boost::test_tools::per_element());
  publish(10, 19);
  BOOST_TEST(all_of("b") == bodies(0, 19), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_topic_whose_counters_are_wrong_fails) {
  const auto before = topic();
  const auto c = channel("a");
  publish(0, 9);
  // More than it got.
  caf::send_as(c, before, atom::room_v, std::string{"a"}, uint64_t{1000});
  run();
  BOOST_TEST((topic() != before));
  BOOST_TEST(all_of("a") == bodies(0, 9), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_channel_that_fails_has_what_is_on_disk) {
  channel("a");
  channel("b");
  publish(0, 9);
  settle();
  publish(10, 19);
  fail(channel("a"));
  BOOST_TEST(all_of("a") == bodies(0, 9), boost::test_tools::per_element());
  BOOST_TEST(all_of("b") == bodies(0, 19), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_exception_is_such_a_failure) {
  const auto before = topic();
  const auto c = channel();
  publish(0, 9);
  settle();
  const auto ann = consumer(c, 1);
  const auto number = sent_to(ann).messages.at(0).number;
  failing = true;
  requeue(c, ann, number, 10s);
  BOOST_TEST((topic() != before));
  BOOST_TEST(all_of("c").size() == 10U);
}

BOOST_AUTO_TEST_CASE(what_a_topic_holds_is_there_again) {
  pause(topic(), true);
  channel();
  publish(0, 9);
  settle();
  fail(topic());
  BOOST_TEST(stat(topic()).paused);
  BOOST_TEST(counter(topic(), "depth") == 10U);
  pause(topic(), false);
  BOOST_TEST(all_of("c") == bodies(0, 9), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(attempts_and_progress_are_kept) {
  const auto c = channel();
  publish(0, 4);
  const auto ann = consumer(c, 3);
  const auto first = sent_to(ann).messages.at(0).number;
  finish(c, ann, {first});
  fail(topic());
  const auto again = channel();
  const auto bob = consumer(again, 10);
  const auto& got = sent_to(bob).messages;
  BOOST_TEST_REQUIRE(got.size() == 4U);
  BOOST_TEST(got[0].attempts == 2U);
  BOOST_TEST(got[3].attempts == 1U);
}

BOOST_AUTO_TEST_CASE(a_queue_being_emptied_stays_empty) {
  const auto c = channel();
  publish(0, 9);
  settle();
  self->send(c, atom::empty_v);
  self->send_exit(topic(), caf::sec::runtime_error);
  run();
  BOOST_TEST(counter(channel(), "depth") == 0U);
  publish(10, 12);
  BOOST_TEST(all_of("c") == bodies(10, 12), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(numbers_are_not_used_again) {
  const auto c = channel();
  publish(0, 0);
  const auto ann = consumer(c, 1);
  const auto before = sent_to(ann).messages.at(0).number;
  fail(topic());
  publish(1, 1);
  const auto again = channel();
  const auto bob = consumer(again, 10);
  BOOST_TEST(sent_to(bob).messages.back().number > before);
}

BOOST_AUTO_TEST_CASE(an_ephemeral_channel_that_fails_is_gone) {
  const auto t = topic();
  const auto ann = client();
  watch(ann, channel("a#ephemeral"));
  channel("b");
  fail(channel("a#ephemeral"));
  BOOST_TEST(sent_to(ann).gone == 1U);
  BOOST_TEST((topic() == t));
  BOOST_TEST(counter(t, "channels") == 1U);
}

BOOST_AUTO_TEST_CASE(an_ephemeral_topic_starts_empty) {
  const auto t = topic("t#ephemeral");
  channel("c", "t#ephemeral");
  publish(0, 9, "t#ephemeral");
  fail(t);
  const auto again = topic("t#ephemeral");
  BOOST_TEST((again != t));
  BOOST_TEST(counter(again, "channels") == 0U);
}

// -- meanwhile ----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(who_asks_meanwhile_gets_the_next) {
  const auto before = topic();
  channel();
  self->send_exit(before, caf::sec::runtime_error);
  sched.run_once();
  const auto found = ask<topic_actor>(node, atom::find_v, std::string{"t"});
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST((*found == topic()));
  BOOST_TEST(counter(node, "restarts") == 1U);
}

BOOST_AUTO_TEST_CASE(one_that_is_deleted_meanwhile_stays_so) {
  const auto before = topic();
  channel();
  publish(0, 9);
  self->send_exit(before, caf::sec::runtime_error);
  sched.run_once();
  BOOST_TEST(
    ask<atom::erase>(node, atom::erase_v, std::string{"t"}).has_value());
  BOOST_TEST(!ask<topic_actor>(node, atom::find_v, std::string{"t"}));
  BOOST_TEST(counter(topic(), "channels") == 0U);
}

// -- again and again ----------------------------------------------------------

BOOST_AUTO_TEST_CASE(one_that_fails_too_often_stays_down_and_says_so) {
  channel();
  publish(0, 9);
  for (size_t i = 0; i < restart_limit::most; ++i) {
    fail(topic());
    BOOST_TEST((stat(topic()).state == actor_state::topic_idle));
    BOOST_TEST(is_registered("t"));
  }
  fail(topic());
  const auto down = topic();
  BOOST_TEST(!is_registered("t"));
  BOOST_TEST((stat(down).state == actor_state::topic_failed));
  publish(10, 10);
  BOOST_TEST_REQUIRE(sent_to(publisher).refused.size() == 1U);
  BOOST_TEST(sent_to(publisher).refused[0].why
             == "the topic has failed again and again");
  BOOST_TEST(!ask<channel_actor>(down, atom::channel_v, std::string{"c"}));
  BOOST_TEST((last_error == ec::failed));
  // Others go on, and a restart of the node brings it back.
  channel("c", "other");
  publish(0, 0, "other");
  restart();
  BOOST_TEST(all_of("c") == bodies(0, 9), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(one_that_stays_down_can_be_deleted) {
  channel();
  for (size_t i = 0; i <= restart_limit::most; ++i)
    fail(topic());
  BOOST_TEST(
    ask<atom::erase>(node, atom::erase_v, std::string{"t"}).has_value());
  BOOST_TEST((stat(topic()).state == actor_state::topic_idle));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
