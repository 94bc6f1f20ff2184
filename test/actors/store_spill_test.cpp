#include "test/actors/store_world.hpp"

using namespace cafq;
using namespace cafq::test;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(store_spill_tests, store_world)

// -- order --------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_channel_keeps_order_across_the_spill) {
  const auto c = channel();
  for (uint64_t i = 0; i < 5000; i += 50)
    publish(i, i + 49);
  BOOST_TEST(counter(c, "depth") == 5000U);
  BOOST_TEST(counter(c, "backend_depth") > 4000U);
  const auto ann = consumer(c, 20);
  BOOST_TEST(drain(c, ann) == bodies(0, 4999),
             boost::test_tools::per_element());
  BOOST_TEST(counter(c, "depth") == 0U);
  restart();
  BOOST_TEST(counter(channel(), "depth") == 0U);
}

BOOST_AUTO_TEST_CASE(a_channel_keeps_order_while_publishing_goes_on) {
  const auto c = channel();
  const auto ann = consumer(c, 20);
  for (uint64_t i = 0; i < 5000; i += 50) {
    publish(i, i + 49);
    if (i % 1000 == 0)
      drain(c, ann);
    if (i % 350 == 0)
      advance(100ms);
  }
  drain(c, ann);
  const auto& got = sent_to(ann).messages;
  BOOST_TEST_REQUIRE(got.size() == 5000U);
  for (size_t i = 0; i < got.size(); ++i)
    BOOST_TEST_REQUIRE(got[i].body == body(i));
}

BOOST_AUTO_TEST_CASE(without_memory_everything_goes_through_the_disk) {
  end();
  settings.mem_queue_size = 0;
  start();
  const auto c = channel();
  for (uint64_t i = 0; i < 500; ++i)
    publish(i, i);
  BOOST_TEST(counter(c, "backend_depth") == 500U);
  const auto ann = consumer(c, 10);
  BOOST_TEST(drain(c, ann) == bodies(0, 499), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_first_channel_gets_all_that_its_topic_spilled) {
  for (uint64_t i = 0; i < 5000; i += 50)
    publish(i, i + 49);
  BOOST_TEST(counter(topic(), "depth") == 5000U);
  const auto c = channel();
  const auto ann = consumer(c, 20);
  BOOST_TEST(drain(c, ann) == bodies(0, 4999),
             boost::test_tools::per_element());
  BOOST_TEST(counter(topic(), "depth") == 0U);
}

BOOST_AUTO_TEST_CASE(a_paused_topic_spills_and_gives_all_channels_a_copy) {
  const auto c = channel("c");
  const auto d = channel("d");
  pause(topic(), true);
  for (uint64_t i = 0; i < 3000; i += 50)
    publish(i, i + 49);
  publish(3000, 3001, "t", 10s);
  BOOST_TEST(counter(c, "depth") == 0U);
  pause(topic(), false);
  publish(4000, 4000);
  for (const auto& x : {c, d}) {
    const auto ann = consumer(x, 20);
    auto expected = bodies(0, 2999);
    expected.push_back(body(4000));
    BOOST_TEST(drain(x, ann) == expected, boost::test_tools::per_element());
    BOOST_TEST(counter(x, "deferred") == 2U);
  }
  BOOST_TEST(counter(topic(), "depth") == 0U);
}

BOOST_AUTO_TEST_CASE(a_stop_while_held_messages_move_doubles_none) {
  channel("c");
  channel("d");
  const auto t = topic();
  pause(t, true);
  for (uint64_t i = 0; i < 3000; i += 50)
    publish(i, i + 49);
  // They begin to move, and the node stops.
  self->send(t, atom::pause_v, false);
  restart();
  for (const auto* name : {"c", "d"}) {
    const auto x = channel(name);
    BOOST_TEST(drain(x, consumer(x, 20)) == bodies(0, 2999),
               boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(an_ephemeral_first_channel_gets_what_fits) {
  for (uint64_t i = 0; i < 50; i += 10)
    publish(i, i + 9);
  const auto c = channel("c#ephemeral");
  const auto ann = consumer(c, 20);
  BOOST_TEST(drain(c, ann) == bodies(0, 49), boost::test_tools::per_element());
  BOOST_TEST(counter(topic(), "depth") == 0U);
  restart();
  BOOST_TEST(counter(topic(), "depth") == 0U);
}

BOOST_AUTO_TEST_CASE(an_ephemeral_channel_never_spills) {
  const auto c = channel("c#ephemeral");
  channel("c");
  for (uint64_t i = 0; i < 1000; i += 10)
    publish(i, i + 9);
  BOOST_TEST(counter(c, "depth") == 100U);
  BOOST_TEST(counter(c, "dropped") == 900U);
  BOOST_TEST(counter(c, "backend_depth") == 0U);
}

BOOST_AUTO_TEST_CASE(an_ephemeral_channel_works_while_memory_is_short) {
  const auto c = channel("c#ephemeral");
  end();
  settings.memory_limit = 40'000;
  start();
  const auto again = channel("c#ephemeral");
  // Three quarters of the limit, held by somebody else.
  const std::string large(32'000, 'x');
  const std::string_view view{large};
  const auto other = queue::block::make(std::span{&view, 1}, 1);
  for (uint64_t i = 0; i < 20; ++i)
    publish(i, i);
  const auto ann = consumer(again, 100);
  advance(1s);
  BOOST_TEST(drain(again, ann) == bodies(0, 19),
             boost::test_tools::per_element());
}

// -- reads --------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(large_messages_are_not_all_read_at_once) {
  end();
  settings.mem_queue_size = 100'000;
  start();
  const auto c = channel();
  end();
  settings.memory_limit = 1;
  disk = open_message_store(dir.store_file(), options);
  // 64 MB wait on disk.
  const auto id = disk->channels().at(0).queue;
  const std::string large(1'000'000, 'x');
  const std::string_view view{large};
  for (uint64_t i = 1; i <= 64; ++i) {
    auto block = queue::block::make(std::span{&view, 1}, 1);
    block->number_from(i);
    disk->keep(id, {block, {}});
    commit_all(*disk);
  }
  disk = nullptr;
  start();
  const auto again = channel();
  const auto ann = consumer(again, 1);
  BOOST_TEST(sent_to(ann).messages.size() == 1U);
  BOOST_TEST(queue::block::bytes_in_memory() < 24'000'000U);
  BOOST_TEST(drain(again, ann).size() == 64U);
}

// -- a disk without room ------------------------------------------------------

BOOST_AUTO_TEST_CASE(
  no_more_is_accepted_than_the_window_while_the_disk_is_full) {
  const auto c = channel();
  publish(0, 99); // fills the memory queue
  disk_full = true;
  for (uint64_t i = 0; i < 400; ++i)
    publish(100 + i * 100, 199 + i * 100);
  const auto& mine = sent_to(publisher);
  const auto accepted = mine.accepted.size();
  BOOST_TEST(accepted * 100 <= 100 + transit_window + 256);
  // Nothing moves: they are told so after a while.
  for (int i = 0; i < 120; ++i)
    advance(50ms);
  BOOST_TEST(mine.accepted.size() == accepted);
  BOOST_TEST(mine.refused.size() == 401 - accepted);
  // Who takes messages goes on.
  const auto ann = consumer(c, 50);
  const auto got = drain(c, ann);
  BOOST_TEST(got.size() >= 100U);
  disk_full = false;
  for (int i = 0; i < 10; ++i)
    advance(100ms);
  publish(1'000'000, 1'000'000);
  BOOST_TEST(mine.accepted.size() == accepted + 1);
  auto expected = bodies(0, accepted * 100 - 1);
  expected.push_back(body(1'000'000));
  BOOST_TEST(drain(c, ann) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(deferred_messages_count_while_the_disk_is_full) {
  const auto c = channel();
  disk_full = true;
  for (uint64_t i = 0; i < 400; ++i)
    publish(i * 100, 99 + i * 100, "t", 1h);
  BOOST_TEST(sent_to(publisher).accepted.size() * 100
             <= 100 + transit_window + 256);
  disk_full = false;
  for (int i = 0; i < 10; ++i)
    advance(100ms);
  BOOST_TEST(sent_to(publisher).accepted.size() == 400U);
  BOOST_TEST(counter(c, "deferred") == 40'000U);
}

BOOST_AUTO_TEST_CASE(a_topic_takes_what_fits_its_memory_on_a_full_disk) {
  topic();
  disk_full = true;
  for (uint64_t i = 0; i < 400; ++i)
    publish(i * 100, 99 + i * 100);
  const auto taken = sent_to(publisher).accepted.size();
  BOOST_TEST(taken >= 1U);
  BOOST_TEST(taken < 10U);
  BOOST_TEST(sent_to(publisher).refused.size() == 400 - taken);
  disk_full = false;
  for (int i = 0; i < 10; ++i)
    advance(100ms);
  publish(taken * 100, 39'999);
  BOOST_TEST(sent_to(publisher).accepted.size() == taken + 1);
  const auto c = channel();
  const auto ann = consumer(c, 100);
  BOOST_TEST(drain(c, ann) == bodies(0, 39'999),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(
  an_emptied_channel_takes_what_fits_before_it_has_its_queue) {
  const auto c = channel();
  disk_full = true;
  self->send(c, atom::empty_v);
  for (uint64_t i = 0; i < 400; ++i)
    publish(i * 100, 99 + i * 100);
  const auto taken = sent_to(publisher).accepted.size();
  BOOST_TEST(taken >= 1U);
  BOOST_TEST(taken < 10U);
  disk_full = false;
  for (int i = 0; i < 10; ++i)
    advance(100ms);
  publish(taken * 100, 39'999);
  BOOST_TEST(sent_to(publisher).accepted.size() == taken + 1);
  const auto ann = consumer(c, 100);
  BOOST_TEST(drain(c, ann) == bodies(0, 39'999),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
