#include "test/actors/store_world.hpp"

using namespace std::chrono_literals;

namespace cafq::test {

namespace {

using list = std::vector<std::string>;

/// What a queue is told of its deferred messages.
struct reader_state {
  size_t answers = 0;
  size_t rows = 0;
};

owner_actor::behavior_type
reader(owner_actor::stateful_pointer<reader_state> self) {
  return {
    [](atom::kept, queue_id, uint64_t) {},
    [](atom::load, queue_id, const blocks_ptr&) {},
    [self](atom::due, queue_id, const due_messages_ptr& x) {
      self->state.answers += 1;
      self->state.rows += x->rows.rows.size();
    },
    [](atom::fetch, queue_id, const bodies_ptr&) {},
    [](atom::empty, queue_id) {},
    [](atom::shed) {},
  };
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(recovery_tests, store_world)

// -- messages -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(what_spilled_and_what_did_not_comes_back_in_order) {
  const auto c = channel();
  for (uint64_t i = 0; i < 1000; i += 10)
    publish(i, i + 9);
  restart();
  const auto again = channel();
  BOOST_TEST(counter(again, "depth") == 1000U);
  const auto ann = consumer(again, 50);
  BOOST_TEST(drain(again, ann) == bodies(0, 999),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_first_channel_after_a_restart_gets_all_in_order) {
  for (uint64_t i = 0; i < 1000; i += 10)
    publish(i, i + 9);
  restart();
  BOOST_TEST(counter(topic(), "depth") == 1000U);
  const auto c = channel();
  const auto ann = consumer(c, 50);
  BOOST_TEST(drain(c, ann) == bodies(0, 999), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(attempts_of_messages_in_flight_are_kept) {
  const auto c = channel();
  publish(0, 2);
  const auto ann = consumer(c, 2);
  BOOST_TEST_REQUIRE(sent_to(ann).messages.size() == 2U);
  restart();
  const auto again = channel();
  const auto bob = consumer(again, 3);
  const auto& got = sent_to(bob).messages;
  BOOST_TEST_REQUIRE(got.size() == 3U);
  BOOST_TEST(got[0].attempts == 2U);
  BOOST_TEST(got[1].attempts == 2U);
  BOOST_TEST(got[2].attempts == 1U);
}

BOOST_AUTO_TEST_CASE(what_was_finished_does_not_come_back) {
  const auto c = channel();
  for (uint64_t i = 0; i < 500; i += 10)
    publish(i, i + 9);
  const auto ann = consumer(c, 2500);
  const auto& got = sent_to(ann).messages;
  BOOST_TEST_REQUIRE(got.size() == 500U);
  std::vector<uint64_t> even;
  for (size_t i = 0; i < got.size(); i += 2)
    even.push_back(got[i].number);
  finish(c, ann, even);
  restart();
  const auto again = channel();
  BOOST_TEST(counter(again, "depth") == 250U);
  const auto bob = consumer(again, 2500);
  const auto left = drain(again, bob);
  BOOST_TEST_REQUIRE(left.size() == 250U);
  for (size_t i = 0; i < left.size(); ++i)
    BOOST_TEST_REQUIRE(left[i] == body(2 * i + 1));
}

BOOST_AUTO_TEST_CASE(deferred_messages_keep_their_time) {
  const auto c = channel();
  publish(0, 0, "t", 10s);
  publish(1, 1);
  const auto ann = consumer(c, 1);
  requeue(c, ann, sent_to(ann).messages.at(0).number, 20s);
  advance(4s);
  restart();
  const auto again = channel();
  BOOST_TEST(counter(again, "deferred") == 2U);
  const auto bob = consumer(again, 5);
  advance(5900ms);
  BOOST_TEST(sent_to(bob).messages.empty());
  advance(200ms);
  BOOST_TEST_REQUIRE(sent_to(bob).messages.size() == 1U);
  BOOST_TEST(sent_to(bob).messages[0].body == body(0));
  BOOST_TEST(sent_to(bob).messages[0].attempts == 1U);
  advance(9800ms);
  BOOST_TEST(sent_to(bob).messages.size() == 1U);
  advance(200ms);
  BOOST_TEST_REQUIRE(sent_to(bob).messages.size() == 2U);
  BOOST_TEST(sent_to(bob).messages[1].body == body(1));
  BOOST_TEST(sent_to(bob).messages[1].attempts == 2U);
}

BOOST_AUTO_TEST_CASE(deferred_messages_of_a_topic_keep_their_time) {
  publish(0, 0, "t", 10s);
  advance(4s);
  restart();
  // The first channel comes while the topic reads what is due.
  const auto t = topic();
  const auto c = ask<channel_actor>(t, atom::channel_v, std::string{"c"});
  const auto ann = consumer(c.value(), 5);
  advance(5900ms);
  BOOST_TEST(sent_to(ann).messages.empty());
  advance(200ms);
  BOOST_TEST(sent_to(ann).messages.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_channel_takes_over_while_its_topic_reads) {
  publish(0, 5, "t", 3s);
  stop();
  disk = open_message_store(dir.store_file(), options);
  const auto found = recover(*disk);
  sched.advance_time(5s);
  // All of this is in the mailboxes before anybody runs.
  keeper = sys.spawn(cafq::store, disk, health);
  node = sys.spawn(cafq::node, keeper, found, settings);
  const auto c = channel();
  const auto ann = consumer(c, 10);
  advance(1s);
  BOOST_TEST(sent_to(ann).messages.size() == 6U);
}

// What a paused topic holds goes to its channels by way of the store, which may
// be asked by one for what it has of it before that is told.

BOOST_AUTO_TEST_CASE(what_a_topic_held_is_not_loaded_and_put) {
  for (size_t steps = 0; steps < 20; ++steps) {
    const auto name = std::to_string(steps);
    channel("c", name);
    publish(0, 0, name, 6s);
    pause(topic(name), true);
    publish(1, 5, name, 6s);
    restart();
    const auto ann = consumer(channel("c", name), 100);
    // Here it asks for what is due soon.
    advance(2990ms);
    self->send(topic(name), atom::pause_v, false);
    for (size_t i = 0; i < steps; ++i)
      sched.try_run_once();
    advance(20ms);
    advance(4s);
    BOOST_TEST(sent_to(ann).messages.size() == 6U, "after " << steps);
  }
}

// A queue may read its deferred messages again, after a step of the clock, say.
BOOST_AUTO_TEST_CASE(what_has_moved_is_not_read_again) {
  channel();
  pause(topic(), true);
  publish(0, 0, "t", 1h);
  restart();
  const auto from = disk->topics().at(0).queue;
  const auto rows = disk->due(from, INT64_MAX, 10);
  BOOST_TEST_REQUIRE(rows.size() == 1U);
  append_ptr move{new cafq::append};
  move->topic = "t";
  move->id = 1;
  move->what.reset(new batch);
  move->what->items.push_back({rows[0].body, now() + 1h});
  move->from = from;
  move->moved.undefer.push_back(rows[0].key());
  const auto owner = sys.spawn(reader);
  self->send(keeper, atom::append_v, move, appender_actor{});
  self->send(keeper, atom::due_v, from,
             queue::due_request{{}, INT64_MAX, 10, 1000}, owner);
  run();
  BOOST_TEST(state_of<reader_state>(owner).answers == 1U);
  BOOST_TEST(state_of<reader_state>(owner).rows == 0U);
  self->send_exit(owner, caf::exit_reason::user_shutdown);
}

// -- names --------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(names_and_pauses_survive) {
  const auto paused = channel("paused", "a");
  channel("other", "a");
  pause(paused, true);
  topic("b");
  pause(topic("b"), true);
  pause(topic("a"), true);
  pause(topic("a"), false);
  restart();
  const auto stat = [this](const auto& x) {
    return ask<actor_stat>(x, atom::stat_v).value();
  };
  const auto find = [this](const std::string& name) {
    return ask<topic_actor>(node, atom::find_v, name).value();
  };
  BOOST_TEST(stat(find("b")).paused);
  BOOST_TEST(!stat(find("a")).paused);
  const auto channel_of_a = [&](const std::string& name) {
    return ask<channel_actor>(find("a"), atom::find_v, name).value();
  };
  BOOST_TEST(stat(channel_of_a("paused")).paused);
  BOOST_TEST(!stat(channel_of_a("other")).paused);
}

BOOST_AUTO_TEST_CASE(ephemeral_names_do_not_survive) {
  channel("c#ephemeral");
  channel("c", "t#ephemeral");
  publish(0, 5);
  publish(0, 5, "t#ephemeral");
  restart();
  BOOST_TEST(!ask<topic_actor>(node, atom::find_v, std::string{"t#ephemeral"}));
  BOOST_TEST((last_error == ec::no_such_topic));
  const auto all = ask<std::vector<channel_actor>>(topic(), atom::list_v);
  BOOST_TEST(all.value().empty());
}

BOOST_AUTO_TEST_CASE(no_number_is_given_twice) {
  uint64_t highest = 0;
  for (int round = 0; round < 5; ++round) {
    const auto c = channel();
    const auto ann = consumer(c, 100);
    publish(0, 9);
    for (const auto& x : sent_to(ann).messages) {
      BOOST_TEST_REQUIRE(x.number > highest);
      highest = x.number;
    }
    drain(c, ann);
    if (round % 2 == 0) {
      restart();
    } else {
      end();
      start();
    }
  }
}

// -- durable when answered ----------------------------------------------------

BOOST_AUTO_TEST_CASE(a_name_is_on_disk_when_it_is_given_out) {
  channel("c", "t");
  const auto found = recover(*look());
  BOOST_TEST_REQUIRE(found.size() == 1U);
  BOOST_TEST(found[0].name == "t");
  BOOST_TEST_REQUIRE(found[0].channels.size() == 1U);
  BOOST_TEST(found[0].channels[0].first == "c");
}

BOOST_AUTO_TEST_CASE(an_erased_topic_is_gone_when_that_is_answered) {
  channel();
  for (uint64_t i = 0; i < 1000; i += 10)
    publish(i, i + 9);
  BOOST_TEST_REQUIRE(
    ask<atom::erase>(node, atom::erase_v, std::string{"t"}).has_value());
  const auto found = look();
  BOOST_TEST(found->topics().empty());
  BOOST_TEST(found->channels().empty());
}

BOOST_AUTO_TEST_CASE(an_erased_channel_is_gone_when_that_is_answered) {
  channel();
  for (uint64_t i = 0; i < 1000; i += 10)
    publish(i, i + 9);
  BOOST_TEST_REQUIRE(
    ask<atom::erase>(topic(), atom::erase_v, std::string{"c"}).has_value());
  const auto found = recover(*look());
  BOOST_TEST_REQUIRE(found.size() == 1U);
  BOOST_TEST(found[0].channels.empty());
}

BOOST_AUTO_TEST_CASE(an_emptied_channel_is_empty_when_that_is_answered) {
  const auto c = channel();
  for (uint64_t i = 0; i < 1000; i += 10)
    publish(i, i + 9);
  empty(c);
  const auto found = recover(*look());
  BOOST_TEST(found.at(0).channels.at(0).second.summary.messages == 0U);
}

BOOST_AUTO_TEST_CASE(an_emptied_topic_is_empty_when_that_is_answered) {
  for (uint64_t i = 0; i < 1000; i += 10)
    publish(i, i + 9);
  empty(topic());
  const auto found = recover(*look());
  BOOST_TEST(found.at(0).queue.summary.messages == 0U);
}

BOOST_AUTO_TEST_CASE(a_channel_emptied_twice_at_once_keeps_what_comes_then) {
  const auto c = channel();
  for (uint64_t i = 0; i < 1000; i += 10)
    publish(i, i + 9);
  self->send(c, atom::empty_v);
  self->send(c, atom::empty_v);
  publish(2000, 2999);
  restart();
  const auto again = channel();
  const auto ann = consumer(again, 100);
  BOOST_TEST(drain(again, ann) == bodies(2000, 2999),
             boost::test_tools::per_element());
}

// What comes behind an `empty` has no queue in the store until that has given
// it one; a stop may come at any moment of that.

BOOST_AUTO_TEST_CASE(a_stop_saves_what_an_emptied_channel_got_since) {
  const auto c = channel();
  publish(0, 9);
  batch_ptr x{new batch};
  x->items.push_back({block_of(uint64_t{1} << 53U, bodies(10, 29)), {}});
  self->send(c, atom::empty_v);
  self->send(c, atom::put_v, x);
  BOOST_TEST(ask<atom::save>(c, atom::save_v).has_value());
  const auto found = recover(*look());
  BOOST_TEST(found.at(0).channels.at(0).second.summary.messages == 20U);
}

BOOST_AUTO_TEST_CASE(a_stop_saves_what_an_emptied_topic_got_since) {
  for (size_t steps = 0; steps < 12; ++steps) {
    const auto t = topic(std::to_string(steps));
    publish(0, 9, std::to_string(steps));
    self->send(t, atom::empty_v);
    put(t, 10, 29);
    for (size_t i = 0; i < steps; ++i)
      sched.try_run_once();
    restart();
    const auto c = channel("c", std::to_string(steps));
    const auto ann = consumer(c, 100);
    BOOST_TEST(drain(c, ann) == bodies(10, 29), "after " << steps << " steps");
  }
}

// -- what crosses -------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_store_outlives_questions_about_erased_names) {
  const auto t = topic();
  const auto c = channel();
  // The node erases the topic while others still ask for it.
  self->send(keeper, atom::erase_v, std::string{"t"});
  run();
  const std::string name = "t";
  BOOST_TEST(
    !ask<queue_ids>(keeper, atom::channel_v, name, std::string{"x"}, false)
       .has_value());
  BOOST_TEST(
    !ask<uint64_t>(keeper, atom::reserve_v, name, uint64_t{1}).has_value());
  BOOST_TEST(!ask<atom::pause>(keeper, atom::pause_v, name, std::string{}, true)
                .has_value());
  BOOST_TEST(
    !ask<atom::pause>(keeper, atom::pause_v, name, std::string{"c"}, true)
       .has_value());
  BOOST_TEST(!ask<atom::empty>(keeper, atom::empty_v, name, std::string{"c"},
                               owner_actor{c})
                .has_value());
  BOOST_TEST(ask<actor_stat>(keeper, atom::stat_v).has_value());
}

BOOST_AUTO_TEST_CASE(a_topic_emptied_while_a_channel_takes_over_stays_usable) {
  for (uint64_t i = 0; i < 500; i += 10)
    publish(i, i + 9);
  const auto t = topic();
  self->send(t, atom::channel_v, std::string{"c"});
  self->send(t, atom::empty_v);
  run();
  pause(t, true);
  publish(1000, 1999);
  restart();
  BOOST_TEST(counter(topic(), "depth") == 1000U);
  pause(topic(), false);
  const auto c = channel();
  BOOST_TEST(counter(topic(), "depth") == 0U);
  const auto ann = consumer(c, 100);
  const auto got = drain(c, ann);
  // Either came first; what was published then is there.
  BOOST_TEST_REQUIRE(got.size() >= 1000U);
  BOOST_TEST(list(got.end() - 1000, got.end()) == bodies(1000, 1999),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
