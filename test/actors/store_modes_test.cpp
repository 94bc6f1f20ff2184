// Modes `always` and `interval` through TOPIC, CHANNEL and STORE.

#include "actors/metrics.hpp"
#include "test/actors/store_world.hpp"

#include <map>

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

using config::sync_mode;
using config::sync_policy;

struct world : store_world {
  void use(sync_mode mode) {
    end();
    settings.sync = std::make_shared<sync_policy>(mode);
    start();
  }

  /// What the next process finds, by channel; the topic's own without a name.
  std::map<std::string, uint64_t> crash() {
    look();
    std::map<std::string, uint64_t> result;
    for (const auto& x : disk->topics())
      result[""] = count(x.queue);
    for (const auto& x : disk->channels())
      result[x.name] = count(x.queue);
    return result;
  }

  uint64_t count(queue_id id) {
    const auto x = disk->summary(id);
    return x.messages + x.deferred;
  }

  uint64_t commits() {
    return counter(keeper, "commits");
  }

  using found = std::map<std::string, uint64_t>;
};

struct always_world : world {
  always_world() {
    use(sync_mode::always);
    publisher = client();
  }
};

struct interval_world : world {
  interval_world() {
    use(sync_mode::interval);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(always_tests, always_world)

BOOST_AUTO_TEST_CASE(accepts_what_all_channels_have_on_disk) {
  channel("c");
  channel("d");
  channel("e#ephemeral");
  publish(0, 4);
  publish(5, 5, "t", 1h);
  BOOST_TEST(sent_to(publisher).accepted.size() == 2U);
  BOOST_TEST((crash() == found{{"", 0}, {"c", 6}, {"d", 6}}));
}

BOOST_AUTO_TEST_CASE(what_is_on_its_way_to_a_disk_that_answers_flows) {
  channel("c");
  const auto t = topic("t");
  // Lets nobody but the topic work.
  const auto told = [&] {
    auto pending = self->request(t, caf::infinite, atom::stat_v);
    sched.prioritize(t);
    sched.run_once();
    std::string result;
    pending.receive([&](const actor_stat& x) { result = row_of(x.state).word; },
                    [](const caf::error&) {});
    return result;
  };
  put(t, 0, 1);
  sched.run_once();
  BOOST_TEST(told() == "flowing");
  sched.clock().current_time += 1s;
  BOOST_TEST(told() == "waits for store");
  run();
  BOOST_TEST(counter(t, "appending") == 0u);
}

BOOST_AUTO_TEST_CASE(delivers_to_channels_with_and_without_a_store) {
  const auto c = channel("c");
  const auto e = channel("e#ephemeral");
  const auto ann = consumer(c, 100);
  const auto bob = consumer(e, 100);
  publish(0, 4);
  BOOST_TEST(drain(c, ann) == bodies(0, 4));
  BOOST_TEST(drain(e, bob) == bodies(0, 4));
  advance(1s);
  BOOST_TEST((crash() == found{{"", 0}, {"c", 0}}));
}

BOOST_AUTO_TEST_CASE(an_ephemeral_channel_alone_needs_no_disk) {
  channel("e#ephemeral");
  disk_full = true;
  publish(0, 4);
  BOOST_TEST(sent_to(publisher).accepted.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_topic_without_channels_keeps_what_it_accepts) {
  publish(0, 4);
  publish(5, 5, "t", 1h);
  BOOST_TEST((crash() == found{{"", 6}}));
  end();
  start();
  const auto c = channel();
  const auto ann = consumer(c, 100);
  BOOST_TEST(drain(c, ann) == bodies(0, 4));
}

BOOST_AUTO_TEST_CASE(large_publishes_do_not_share_one_transaction) {
  const auto c = channel();
  const auto before = commits();
  const auto t = topic();
  const std::string large(1U << 20U, 'x');
  const std::string_view view{large};
  for (size_t i = 0; i < 12; ++i) {
    batch_ptr x{new batch};
    x->items.push_back({queue::block::make(std::span{&view, 1}, 1), {}});
    self->send(t, atom::put_v, x, publisher, ++last_ticket);
  }
  run();
  BOOST_TEST(sent_to(publisher).accepted.size() == 12U);
  // Of 8 MB at most.
  BOOST_TEST(commits() - before >= 2U);
}

BOOST_AUTO_TEST_CASE(publishes_of_one_commit_share_rows) {
  const auto c = channel();
  const auto before = commits();
  const auto t = topic();
  for (uint64_t i = 0; i < 300; ++i)
    put(t, i, i);
  run();
  BOOST_TEST(sent_to(publisher).accepted.size() == 300U);
  BOOST_TEST(commits() - before < 50U);
  const auto ann = consumer(c, 1000);
  BOOST_TEST(drain(c, ann) == bodies(0, 299));
  end();
  disk = open_message_store(dir.store_file(), options);
  for (const auto& x : disk->channels())
    BOOST_TEST(disk->summary(x.queue).blocks < 50U);
}

BOOST_AUTO_TEST_CASE(keeps_order_past_the_memory) {
  const auto c = channel();
  for (uint64_t i = 0; i < 5000; i += 50)
    publish(i, i + 49);
  const auto ann = consumer(c, 20);
  BOOST_TEST(drain(c, ann) == bodies(0, 4999),
             boost::test_tools::per_element());
  advance(1s);
  BOOST_TEST((crash() == found{{"", 0}, {"c", 0}}));
}

BOOST_AUTO_TEST_CASE(refuses_what_finds_no_room_and_hands_out_nothing) {
  const auto c = channel("c");
  channel("d");
  const auto ann = consumer(c, 100);
  publish(0, 4);
  disk_full = true;
  publish(5, 9);
  BOOST_TEST(sent_to(publisher).refused.size() == 1U);
  BOOST_TEST(drain(c, ann) == bodies(0, 4));
  BOOST_TEST(counter(topic(), "messages") == 5U);
  disk_full = false;
  advance(1s);
  publish(10, 11);
  BOOST_TEST(sent_to(publisher).accepted.size() == 2U);
  BOOST_TEST(drain(c, ann).size() == 7U);
  advance(1s);
  // Not even after a restart.
  BOOST_TEST((crash() == found{{"", 0}, {"c", 0}, {"d", 7}}));
}

BOOST_AUTO_TEST_CASE(refuses_deferred_messages_likewise) {
  channel();
  disk_full = true;
  publish(0, 0, "t", 1h);
  BOOST_TEST(sent_to(publisher).refused.size() == 1U);
  disk_full = false;
  advance(1s);
  BOOST_TEST((crash() == found{{"", 0}, {"c", 0}}));
}

BOOST_AUTO_TEST_CASE(emptying_drops_what_was_published_before_only) {
  const auto c = channel();
  const auto t = topic();
  for (uint64_t round = 0; round < 20; ++round) {
    // All of this is under way at a time.
    put(t, 0, 9);
    for (uint64_t i = 0; i < round; ++i)
      sched.try_run_once();
    self->send(c, atom::empty_v);
    put(t, 10, 19);
    run();
    publish(20, 24);
    const auto depth = counter(c, "depth");
    BOOST_TEST(depth >= 5U);
    BOOST_TEST(depth <= 25U);
    const auto ann = consumer(c, 100);
    const auto got = drain(c, ann);
    BOOST_TEST(got.size() == depth);
    BOOST_TEST(
      std::is_sorted(got.begin(), got.end(), [](const auto& x, const auto& y) {
        return std::stoi(x.substr(1)) < std::stoi(y.substr(1));
      }));
    self->send_exit(ann, caf::exit_reason::user_shutdown);
    run();
    advance(1s);
  }
  BOOST_TEST((crash() == found{{"", 0}, {"c", 0}}));
}

BOOST_AUTO_TEST_CASE(a_channel_that_is_added_meanwhile_misses_nothing_later) {
  channel("c");
  const auto t = topic();
  for (uint64_t steps = 0; steps < 20; ++steps) {
    const auto id = "d" + std::to_string(steps);
    put(t, 0, 4);
    for (uint64_t i = 0; i < steps; ++i)
      sched.try_run_once();
    auto pending = self->request(t, caf::infinite, atom::channel_v,
                                 std::string{id});
    put(t, 5, 9);
    run();
    channel_actor d;
    pending.receive([&](const channel_actor& x) { d = x; },
                    [](const caf::error&) { BOOST_FAIL("no channel"); });
    publish(10, 10);
    const auto depth = counter(d, "depth");
    BOOST_TEST(depth >= 1U);
    const auto ann = consumer(d, 100);
    const auto got = drain(d, ann);
    BOOST_TEST(got.size() == depth);
    BOOST_TEST(got == bodies(11 - depth, 10));
    advance(1s);
    BOOST_TEST(counter(d, "depth") == 0U);
  }
  // Each has what was published after its own round.
  auto left = crash();
  BOOST_TEST(left["c"] == 20 * 11U);
  for (uint64_t i = 0; i < 20; ++i)
    BOOST_TEST(left["d" + std::to_string(i)] == (19 - i) * 11);
}

BOOST_AUTO_TEST_CASE(keeps_order_when_the_topic_is_paused_and_unpaused) {
  const auto c = channel("c");
  channel("d");
  const auto t = topic();
  uint64_t next = 0;
  for (uint64_t round = 0; round < 60; ++round) {
    self->send(t, atom::pause_v, round % 3 != 2);
    put(t, next, next + 9);
    next += 10;
    for (uint64_t i = 0; i < round % 11; ++i)
      sched.try_run_once();
  }
  self->send(t, atom::pause_v, false);
  run();
  advance(1s);
  BOOST_TEST(sent_to(publisher).accepted.size() == 60U);
  const auto ann = consumer(c, 1000);
  BOOST_TEST(drain(c, ann) == bodies(0, next - 1),
             boost::test_tools::per_element());
  advance(1s);
  BOOST_TEST((crash() == found{{"", 0}, {"c", 0}, {"d", next}}));
}

BOOST_AUTO_TEST_CASE(refuses_when_the_disk_does_not_answer) {
  channel();
  publish(0, 0);
  self->send_exit(keeper, caf::exit_reason::user_shutdown);
  run();
  const auto t = topic();
  put(t, 1, 1);
  run();
  pass(4900ms, 50ms);
  BOOST_TEST(sent_to(publisher).refused.empty());
  pass(200ms, 50ms);
  BOOST_TEST(sent_to(publisher).refused.size() == 1U);
  // Those that come now have waited long enough with it.
  put(t, 2, 2);
  run();
  pass(100ms, 50ms);
  BOOST_TEST(sent_to(publisher).refused.size() == 2U);
  BOOST_TEST(sent_to(publisher).accepted.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_requeued_with_a_delay_stays_on_disk) {
  const auto c = channel();
  const auto ann = consumer(c, 1);
  publish(0, 0);
  requeue(c, ann, sent_to(ann).messages.back().number, 1h);
  advance(200ms);
  BOOST_TEST((crash() == found{{"", 0}, {"c", 1}}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(interval_tests, interval_world)

BOOST_AUTO_TEST_CASE(has_on_disk_what_is_older_than_the_interval) {
  const auto c = channel("c");
  channel("d");
  const auto ann = consumer(c, 2);
  publish(0, 4);
  publish(5, 5, "t", 1h);
  publish(0, 2, "lonely");
  advance(50ms);
  advance(50ms);
  advance(50ms);
  end();
  start();
  BOOST_TEST(counter(channel("c"), "depth") == 5U);
  BOOST_TEST(counter(channel("c"), "deferred") == 1U);
  BOOST_TEST(counter(channel("d"), "depth") == 5U);
  BOOST_TEST(counter(topic("lonely"), "depth") == 3U);
}

BOOST_AUTO_TEST_CASE(a_tick_that_comes_late_makes_up_for_it) {
  channel("c");
  publish(0, 4);
  publish(0, 2, "lonely");
  advance(120ms);
  end();
  start();
  BOOST_TEST(counter(channel("c"), "depth") == 5U);
  BOOST_TEST(counter(topic("lonely"), "depth") == 3U);
}

BOOST_AUTO_TEST_CASE(tells_the_age_of_what_is_not_on_disk) {
  const auto age = [this] {
    return metrics().unsaved_age(sched.clock().now());
  };
  channel("c");
  advance(1h); // what was idle is not old
  publish(0, 4);
  disk_full = true;
  advance(60ms);
  advance(60ms);
  BOOST_TEST((age() == 120ms));
  advance(5s);
  BOOST_TEST((age() == 5120ms));
  disk_full = false;
  advance(1s);
  BOOST_TEST((age() == 0ms));
}

BOOST_AUTO_TEST_CASE(never_writes_what_is_finished_sooner) {
  const auto c = channel();
  const auto ann = consumer(c, 100);
  advance(1s);
  const auto before = commits();
  for (uint64_t i = 0; i < 100; i += 5) {
    publish(i, i + 4);
    drain(c, ann);
    advance(40ms);
  }
  BOOST_TEST(commits() == before);
}

BOOST_AUTO_TEST_CASE(goes_on_with_what_it_has_kept) {
  const auto c = channel();
  for (uint64_t i = 0; i < 90; ++i)
    publish(i, i);
  advance(200ms);
  const auto ann = consumer(c, 10);
  for (uint64_t i = 90; i < 2000; i += 10)
    publish(i, i + 9);
  BOOST_TEST(drain(c, ann) == bodies(0, 1999),
             boost::test_tools::per_element());
  advance(1s);
  BOOST_TEST((crash() == found{{"", 0}, {"c", 0}}));
}

BOOST_AUTO_TEST_CASE(a_tick_between_save_and_end_takes_nothing_back) {
  const auto c = channel();
  consumer(c, 10);
  publish(0, 0);
  publish(1, 1);
  advance(50ms);
  publish(2, 2);
  BOOST_TEST_REQUIRE(counter(c, "in_flight") == 3U);
  BOOST_TEST_REQUIRE(ask<atom::save>(node, atom::save_v).has_value());
  advance(50ms);
  BOOST_TEST((crash() == found{{"", 0}, {"c", 3}}));
}

BOOST_AUTO_TEST_CASE(sleeps_when_all_is_kept) {
  const auto c = channel();
  consumer(c, 1);
  publish(0, 4);
  advance(100ms);
  advance(100ms);
  const auto before = commits();
  // Only the deadline of the message in flight is left, in steps of 5 s.
  pass(4s, 50ms);
  BOOST_TEST(commits() == before);
  BOOST_TEST(timers() == 1U);
}

BOOST_AUTO_TEST_CASE(a_full_disk_refuses_and_lets_finish) {
  const auto c = channel();
  const auto ann = consumer(c, 100);
  publish(0, 4);
  disk_full = true;
  advance(100ms);
  advance(100ms);
  publish(5, 5);
  BOOST_TEST(sent_to(publisher).refused.size() == 1U);
  BOOST_TEST(health->reason().starts_with("disk full"));
  drain(c, ann);
  BOOST_TEST(counter(c, "in_flight") == 0U);
  disk_full = false;
  advance(500ms);
  BOOST_TEST(health->ok());
  publish(6, 6);
  BOOST_TEST(sent_to(publisher).accepted.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_stop_on_a_full_disk_gives_up) {
  channel();
  publish(0, 4);
  disk_full = true;
  auto pending = self->request(node, caf::infinite, atom::save_v);
  run();
  for (int i = 0; i < 30; ++i)
    advance(100ms);
  bool failed = false;
  pending.receive([](atom::save) {},
                  [&](const caf::error& x) { failed = x == ec::disk_full; });
  BOOST_TEST(failed);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
