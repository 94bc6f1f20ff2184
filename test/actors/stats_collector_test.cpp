#include "actors/reports/stats_collector.hpp"

#include "actors/busy_meter.hpp"
#include "test/support/broker.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace cafq::test {

namespace {

using namespace std::chrono_literals;

using form = report_request::form;

/// Who counts how often it is asked.
struct counted_state {
  size_t asked = 0;
};

parent_actor::behavior_type
parent(parent_actor::stateful_pointer<counted_state> self,
       const std::vector<stat_actor>& children) {
  return {
    [self, children](atom::list) {
      ++self->state.asked;
      return children;
    },
    [](atom::stat) { return actor_stat{}; },
  };
}

/// A store whose disk takes its time.
stat_actor::behavior_type stuck(stat_actor::pointer self) {
  return {
    [self](atom::stat) -> caf::result<actor_stat> {
      return self->make_response_promise<actor_stat>();
    },
  };
}

struct answers {
  std::vector<std::string> texts;
  size_t errors = 0;
};

/// A client that wants reports, without being in a hurry to get them.
using asker_actor = caf::typed_actor<caf::reacts_to<report_request>>;

asker_actor::behavior_type asker(asker_actor::stateful_pointer<answers> self,
                                 const collector_actor& whom) {
  return {
    [self, whom](const report_request& what) {
      self->request(whom, caf::infinite, atom::list_v, what)
        .then(
          [self](const report_text_ptr& x) {
            self->state.texts.push_back(x->get() ? *x->get() : "taken back");
          },
          [self](const caf::error&) { ++self->state.errors; });
    },
  };
}

struct fixture : broker {
  fixture() {
    topic("t");
    clients_of_node = sys.spawn(parent, std::vector<stat_actor>{});
    sources.node = node;
    sources.clients = clients_of_node;
    collector = sys.spawn(stats_collector, sources);
  }

  fixture(const fixture&) = delete;
  fixture& operator=(const fixture&) = delete;

  ~fixture() {
    for (const auto& x : askers)
      self->send_exit(x, caf::exit_reason::user_shutdown);
    self->send_exit(collector, caf::exit_reason::user_shutdown);
    run();
  }

  /// Asks, and lets nobody work yet.
  asker_actor ask_for(form how, const std::string& of = {}) {
    askers.push_back(sys.spawn(asker, collector));
    sched.run_once();
    report_request what;
    what.how = how;
    what.topic = of;
    self->send(askers.back(), what);
    return askers.back();
  }

  const std::vector<std::string>& told(const asker_actor& x) {
    return state_of<answers>(x).texts;
  }

  /// How many gatherings there were, of those that ask for clients.
  size_t gatherings() {
    return state_of<counted_state>(clients_of_node).asked;
  }

  /// Lets one actor after the other work until one gathering has begun.
  void run_until_gathering(size_t number) {
    while (gatherings() < number)
      BOOST_TEST_REQUIRE((sched.try_run_once() || mpx.work()));
  }

  collector_sources sources;
  parent_actor clients_of_node;
  collector_actor collector;
  std::vector<asker_actor> askers;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(stats_collector_tests, fixture)

BOOST_AUTO_TEST_CASE(those_who_come_meanwhile_share_the_next_gathering) {
  const auto ann = ask_for(form::stats_json);
  run_until_gathering(1);
  // What came about by now may be known already, and has to be told.
  topic("late");
  BOOST_TEST(told(ann).size() == 1u);
  const auto bob = ask_for(form::stats_json);
  run_until_gathering(2);
  const auto cid = ask_for(form::stats_json);
  const auto dan = ask_for(form::stats_text);
  const auto eve = ask_for(form::actors_json);
  run();
  BOOST_TEST(gatherings() == 3u);
  for (const auto& x : {bob, cid, dan, eve}) {
    BOOST_TEST_REQUIRE(told(x).size() == 1u);
    BOOST_TEST(told(x)[0].find("late") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(who_asks_after_a_change_is_told_of_it) {
  ask_for(form::stats_json);
  run_until_gathering(1);
  // The list of topics may have been asked for by now.
  [[maybe_unused]] const auto created
    = self->request(node, caf::infinite, atom::topic_v, std::string{"new"});
  const auto bob = ask_for(form::stats_json);
  run();
  BOOST_TEST_REQUIRE(told(bob).size() == 1u);
  BOOST_TEST(told(bob)[0].find("\"new\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(other_topics_have_gatherings_of_their_own) {
  topic("u");
  ask_for(form::stats_json);
  run_until_gathering(1);
  const auto one = ask_for(form::stats_json, "t");
  const auto other = ask_for(form::stats_json, "u");
  const auto again = ask_for(form::stats_json, "t");
  const auto none = ask_for(form::stats_json, "nowhere");
  run();
  BOOST_TEST(gatherings() == 4u);
  BOOST_TEST(told(one).at(0).find("\"t\"") != std::string::npos);
  BOOST_TEST(told(one).at(0).find("\"u\"") == std::string::npos);
  BOOST_TEST(told(again).at(0).find("\"t\"") != std::string::npos);
  BOOST_TEST(told(other).at(0).find("\"u\"") != std::string::npos);
  BOOST_TEST(told(none).size() == 1u);
}

BOOST_AUTO_TEST_CASE(metrics_may_be_a_second_old) {
  const auto ann = ask_for(form::metrics);
  run();
  BOOST_TEST(gatherings() == 1u);
  advance(1s - 1ns);
  const auto bob = ask_for(form::metrics);
  run();
  BOOST_TEST(gatherings() == 1u);
  BOOST_TEST((told(ann) == told(bob)));
  advance(1ns);
  ask_for(form::metrics);
  run();
  BOOST_TEST(gatherings() == 2u);
}

BOOST_AUTO_TEST_CASE(nobody_gathers_for_those_who_have_gone) {
  const auto ann = ask_for(form::stats_json);
  run_until_gathering(1);
  const auto bob = ask_for(form::stats_json);
  const auto cid = ask_for(form::stats_json, "t");
  for (const auto& x : {bob, ann})
    self->send_exit(x, caf::exit_reason::user_shutdown);
  run();
  // Only that of the last, who is still there.
  BOOST_TEST(gatherings() == 2u);
  BOOST_TEST(told(cid).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_store_that_waits_for_its_disk_is_left_out) {
  auto directory = std::make_shared<actor_directory>();
  const auto store = sys.spawn(stuck);
  directory->add(store);
  sources.directory = directory;
  self->send_exit(collector, caf::exit_reason::user_shutdown);
  collector = sys.spawn(stats_collector, sources);
  const auto ann = ask_for(form::metrics);
  run();
  BOOST_TEST(told(ann).empty());
  advance(1s);
  BOOST_TEST(told(ann).size() == 1u);
  self->send_exit(store, caf::exit_reason::user_shutdown);
}

BOOST_AUTO_TEST_CASE(who_asks_why_is_answered_behind_two_looks) {
  const auto ann = ask_for(form::why_text, "t");
  run();
  BOOST_TEST(told(ann).empty());
  advance(500ms - 1ns);
  BOOST_TEST(told(ann).empty());
  advance(1ns);
  BOOST_TEST(told(ann).at(0).starts_with("t: "));
}

BOOST_AUTO_TEST_CASE(whys_of_many_topics_hold_up_nobody) {
  std::vector<asker_actor> askers_why;
  for (size_t i = 0; i < 100; ++i)
    topic("t" + std::to_string(i));
  for (size_t i = 0; i < 100; ++i)
    askers_why.push_back(ask_for(form::why_text, "t" + std::to_string(i)));
  const auto bob = ask_for(form::stats_json);
  const auto metrics = ask_for(form::metrics);
  run();
  BOOST_TEST(told(bob).size() == 1u);
  BOOST_TEST(told(metrics).size() == 1u);
  for (const auto& x : askers_why)
    BOOST_TEST(told(x).empty());
  advance(500ms);
  for (size_t i = 0; i < 100; ++i)
    BOOST_TEST(
      told(askers_why[i]).at(0).starts_with("t" + std::to_string(i) + ": "));
  // Those who came while the first of them looked shared what everybody says.
  BOOST_TEST(gatherings() <= 4u);
}

BOOST_AUTO_TEST_CASE(who_asks_the_same_shares_the_first_look) {
  const auto ann = ask_for(form::why_text, "t");
  run();
  advance(400ms);
  const auto bob = ask_for(form::why_json, "t");
  run();
  advance(100ms);
  BOOST_TEST(told(ann).size() == 1u);
  BOOST_TEST(told(bob).size() == 1u);
  BOOST_TEST(gatherings() == 1u);
}

BOOST_AUTO_TEST_CASE(few_first_looks_are_kept) {
  std::vector<asker_actor> all;
  for (size_t i = 0; i < 20; ++i) {
    const auto name = "t" + std::to_string(i);
    topic(name);
    all.push_back(ask_for(form::why_text, name));
    run();
  }
  // Eight have looked. The others wait, and look together.
  advance(500ms);
  BOOST_TEST(told(all[7]).size() == 1u);
  for (size_t i = 8; i < 20; ++i)
    BOOST_TEST(told(all[i]).empty());
  advance(500ms);
  for (const auto& x : all)
    BOOST_TEST(told(x).size() == 1u);
}

BOOST_AUTO_TEST_CASE(nobody_is_told_why_of_what_is_not_there) {
  const auto ann = ask_for(form::why_json, "nowhere");
  run();
  BOOST_TEST(told(ann).empty());
  BOOST_TEST(state_of<answers>(ann).errors == 1u);
}

BOOST_AUTO_TEST_CASE(who_asked_why_and_goes_holds_up_nobody) {
  const auto ann = ask_for(form::why_json, "t");
  run();
  const auto bob = ask_for(form::stats_json);
  self->send_exit(ann, caf::exit_reason::user_shutdown);
  run();
  BOOST_TEST(told(bob).size() == 1u);
  advance(1s);
  BOOST_TEST(told(bob).size() == 1u);
}

BOOST_AUTO_TEST_CASE(streams_that_know_the_same_share_what_is_new) {
  report_request what;
  what.how = form::stream;
  what.view.what = report_view::kind::actors;
  size_t begun = 0;
  const auto news = [&](const std::vector<stream_marks>& known) {
    std::vector<stream_news> result;
    std::vector<decltype(self->request(collector, caf::infinite, atom::watch_v,
                                       what, stream_marks{}))>
      open;
    for (const auto& x : known)
      open.push_back(
        self->request(collector, caf::infinite, atom::watch_v, what, x));
    run();
    // Others may come.
    BOOST_TEST(gatherings() == begun);
    advance(5ms);
    BOOST_TEST(gatherings() == ++begun);
    for (auto& x : open)
      x.receive([&](const stream_news& y) { result.push_back(y); },
                [](const caf::error&) {});
    return result;
  };
  const auto old = news({nullptr});
  BOOST_TEST_REQUIRE(old.size() == 1u);
  topic("u");
  const auto& known = old[0].told;
  const auto now = news({known, known, nullptr});
  BOOST_TEST_REQUIRE(now.size() == 3u);
  BOOST_TEST((now[0].text == now[1].text));
  BOOST_TEST((now[0].told == now[2].told));
  const auto text = *now[0].text->get();
  BOOST_TEST(text.ends_with("\n\n"));
  BOOST_TEST(text.find("\"u\"") != text.npos);
  BOOST_TEST(text.find("\"t\"") == text.npos);
  BOOST_TEST(now[2].text->get()->find("\"t\"") != text.npos);
}

BOOST_AUTO_TEST_CASE(remembers_what_topics_did) {
  sources.history_memory = 1 << 20;
  self->send_exit(collector, caf::exit_reason::user_shutdown);
  collector = sys.spawn(stats_collector, sources);
  run();
  advance(10s);
  publish({"a", "b"});
  advance(10s);
  // Nobody else was asked for that.
  BOOST_TEST(gatherings() == 0u);
  const auto ann = ask_for(form::history, "t");
  run();
  BOOST_TEST(told(ann).at(0).find("\"points\":[[") != std::string::npos);
  const auto bob = ask_for(form::history, "nowhere");
  run();
  BOOST_TEST(told(bob).at(0).find("\"points\":[]") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(tells_about_itself_as_all_others) {
  ask_for(form::stats_json);
  run();
  const auto x = ask<actor_stat>(collector, atom::stat_v).value();
  BOOST_TEST(x.kind == "collector");
  BOOST_TEST(x.handled > 0u);
  BOOST_TEST(x.figure(&collector_figures::gatherings) == 1u);
}

BOOST_AUTO_TEST_CASE(actors_measure_as_long_as_somebody_looks) {
  busy_watch::end();
  ask_for(form::metrics);
  ask_for(form::stats_json);
  run();
  BOOST_TEST(!busy_watch::on());
  ask_for(form::actors_json);
  run();
  BOOST_TEST(busy_watch::on());
  advance(14s);
  ask_for(form::stream);
  run();
  advance(5ms);
  advance(14s);
  BOOST_TEST(busy_watch::on());
  advance(1s);
  BOOST_TEST(!busy_watch::on());
  ask_for(form::actors_dot);
  run();
  BOOST_TEST(busy_watch::on());
  advance(15s);
  BOOST_TEST(!busy_watch::on());
}

BOOST_AUTO_TEST_CASE(the_oldest_texts_are_taken_back) {
  sources.most_text = 1;
  self->send_exit(collector, caf::exit_reason::user_shutdown);
  collector = sys.spawn(stats_collector, sources);
  const auto report = [this] {
    return ask<report_text_ptr>(collector, atom::list_v, report_request{})
      .value();
  };
  const auto first = report();
  BOOST_TEST((first->get() != nullptr));
  const auto second = report();
  BOOST_TEST((first->get() == nullptr));
  BOOST_TEST((second->get() != nullptr));
}

BOOST_AUTO_TEST_CASE(who_waits_when_it_ends_is_told) {
  const auto ann = ask_for(form::stats_json);
  run_until_gathering(1);
  self->send_exit(collector, caf::exit_reason::user_shutdown);
  run();
  BOOST_TEST(state_of<answers>(ann).errors == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
