#include "persistence/store_names.hpp"

#include "test/persistence/support.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace cafq {

BOOST_AUTO_TEST_SUITE(store_names_tests)

namespace {

struct fixture : test::store_fixture {
  /// What the next process finds.
  store_names after_a_restart() {
    test::commit_all(*store);
    reopen();
    return store_names{*store};
  }

  /// Whether a queue has messages.
  bool holds(queue_id id) {
    return store->summary(id).messages > 0;
  }

  void fill(queue_id id) {
    store->keep(id, {test::make_block(1, 1), {}});
  }

  store_names uut{*store};
};

} // namespace

BOOST_FIXTURE_TEST_CASE(names_are_there_after_a_restart, fixture) {
  const auto topic = uut.add_topic("t", 1, 1000);
  const auto ids = uut.add_channel("t", "c", false, 1000).value();
  BOOST_TEST(ids.topic == topic);
  const auto found = after_a_restart();
  BOOST_TEST((found.queue_of("t") == topic));
  BOOST_TEST(found.channels_of("t").at("c") == ids.channel);
}

BOOST_FIXTURE_TEST_CASE(the_first_channel_gets_the_queue_of_the_topic,
                        fixture) {
  const auto before = uut.add_topic("t", 1, 1000);
  const auto ids = uut.add_channel("t", "c", true, 1000).value();
  BOOST_TEST(ids.channel == before);
  BOOST_TEST(ids.topic != before);
  const auto found = after_a_restart();
  BOOST_TEST((found.queue_of("t") == ids.topic));
  BOOST_TEST(found.channels_of("t").at("c") == before);
}

BOOST_FIXTURE_TEST_CASE(knows_what_it_does_not_know, fixture) {
  BOOST_TEST(!uut.queue_of("t"));
  BOOST_TEST(!uut.add_channel("t", "c", false, 1000));
  BOOST_TEST(!uut.reserve("t", 5));
  BOOST_TEST(!uut.erase_topic("t"));
  BOOST_TEST(!uut.erase_channel("t", "c"));
  BOOST_TEST(!uut.pause("t", "", true));
  BOOST_TEST(!uut.empty("t", ""));
  uut.add_topic("t", 1, 1000);
  BOOST_TEST(!uut.erase_channel("t", "c"));
  BOOST_TEST(!uut.pause("t", "c", true));
  BOOST_TEST(!uut.empty("t", "c"));
}

BOOST_FIXTURE_TEST_CASE(a_topic_goes_with_its_channels_and_no_others, fixture) {
  uut.add_topic("t", 1, 1000);
  uut.add_topic("t2", 1, 1000);
  fill(uut.add_channel("t", "a", false, 1000)->channel);
  const auto b = uut.add_channel("t", "b", false, 1000)->channel;
  const auto other = uut.add_channel("t2", "a", false, 1000)->channel;
  fill(b);
  fill(other);
  BOOST_TEST(uut.erase_topic("t"));
  BOOST_TEST(uut.channels_of("t").empty());
  BOOST_TEST(!holds(b));
  const auto found = after_a_restart();
  BOOST_TEST(!found.queue_of("t"));
  BOOST_TEST(found.channels_of("t").empty());
  BOOST_TEST(found.channels_of("t2").at("a") == other);
  BOOST_TEST(holds(other));
}

BOOST_FIXTURE_TEST_CASE(an_erased_channel_takes_its_messages_along, fixture) {
  uut.add_topic("t", 1, 1000);
  const auto a = uut.add_channel("t", "a", false, 1000)->channel;
  const auto b = uut.add_channel("t", "b", false, 1000)->channel;
  fill(a);
  fill(b);
  BOOST_TEST(uut.erase_channel("t", "a"));
  BOOST_TEST(!holds(a));
  BOOST_TEST(holds(b));
  BOOST_TEST(after_a_restart().channels_of("t").size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(what_is_emptied_goes_on_under_another_queue, fixture) {
  const auto topic = uut.add_topic("t", 1, 1000);
  const auto channel = uut.add_channel("t", "c", false, 1000)->channel;
  fill(topic);
  fill(channel);
  const auto next = uut.empty("t", "c").value();
  BOOST_TEST(next != channel);
  BOOST_TEST(!holds(channel));
  BOOST_TEST(holds(topic));
  BOOST_TEST(uut.empty("t", "").value() != topic);
  BOOST_TEST(!holds(topic));
  BOOST_TEST(after_a_restart().channels_of("t").at("c") == next);
}

BOOST_FIXTURE_TEST_CASE(marks_and_pauses_are_remembered, fixture) {
  uut.add_topic("t", 1, 1000);
  BOOST_REQUIRE(uut.add_channel("t", "c", false, 1000));
  BOOST_TEST(uut.reserve("t", 77));
  BOOST_TEST(uut.pause("t", "c", true));
  (void)after_a_restart();
  const auto topics = store->topics();
  const auto channels = store->channels();
  BOOST_REQUIRE(topics.size() == 1U);
  BOOST_REQUIRE(channels.size() == 1U);
  BOOST_TEST(topics[0].reserved == 77U);
  BOOST_TEST(!topics[0].paused);
  BOOST_TEST(channels[0].paused);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq
