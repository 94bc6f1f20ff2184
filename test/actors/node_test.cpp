#include "test/support/broker.hpp"

#include <boost/test/unit_test.hpp>

namespace cafq::test {

namespace {

struct fixture : broker {
  bool has_topic(const std::string& name) {
    return ask<topic_actor>(node, atom::find_v, name).has_value();
  }

  /// @returns whether there was such a topic.
  bool erase(const std::string& name) {
    return ask<atom::erase>(node, atom::erase_v, name).has_value();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(node_tests, fixture)

BOOST_AUTO_TEST_CASE(a_topic_is_made_once) {
  const auto t = topic("t");
  BOOST_TEST((topic("t") == t));
  BOOST_TEST((topic("u") != t));
}

BOOST_AUTO_TEST_CASE(finds_only_what_there_is) {
  BOOST_TEST(!has_topic("t"));
  BOOST_TEST((last_error == ec::no_such_topic), render(last_error));
  topic("t");
  BOOST_TEST(has_topic("t"));
}

BOOST_AUTO_TEST_CASE(lists_its_topics) {
  using topics = std::vector<topic_actor>;
  BOOST_TEST(ask<topics>(node, atom::list_v)->empty());
  const auto u = topic("u");
  const auto t = topic("t");
  BOOST_TEST((*ask<topics>(node, atom::list_v) == topics{t, u}));
}

BOOST_AUTO_TEST_CASE(an_erased_topic_takes_its_channels_along) {
  const auto ann = client();
  watch(ann, topic());
  watch(ann, channel("c1"));
  watch(ann, channel("c2"));
  BOOST_TEST(erase("t"));
  BOOST_TEST(sent_to(ann).gone == 3u);
  BOOST_TEST(!has_topic("t"));
}

BOOST_AUTO_TEST_CASE(erases_nothing_twice) {
  topic();
  BOOST_TEST(erase("t"));
  BOOST_TEST(!erase("t"));
  BOOST_TEST((last_error == ec::no_such_topic), render(last_error));
}

BOOST_AUTO_TEST_CASE(an_erased_topic_comes_back_empty) {
  publish({"a"});
  erase("t");
  publish({"b"});
  const auto ann = consumer(channel(), 10);
  BOOST_TEST(sent_to(ann).bodies() == "b");
}

BOOST_AUTO_TEST_CASE(an_erased_topic_gives_its_memory_back) {
  const auto before = queue::block::bytes_in_memory();
  publish({"a"});
  const auto c = channel();
  publish({"b"});
  BOOST_TEST(queue::block::bytes_in_memory() > before);
  erase("t");
  BOOST_TEST(queue::block::bytes_in_memory() == before);
}

BOOST_AUTO_TEST_CASE(a_topic_that_failed_starts_again) {
  const auto t = topic();
  self->send_exit(t, caf::sec::runtime_error);
  run();
  BOOST_TEST(has_topic("t"));
  BOOST_TEST((topic() != t));
}

BOOST_AUTO_TEST_CASE(a_topic_that_failed_takes_its_channels_along) {
  // Clients hold on to it, so it does not go by itself.
  const auto c = channel();
  const auto ann = consumer(c, 1);
  watch(ann, c);
  self->send_exit(topic(), caf::sec::runtime_error);
  run();
  BOOST_TEST(sent_to(ann).gone == 1u);
}

BOOST_AUTO_TEST_CASE(an_ephemeral_topic_vanishes_with_its_last_channel) {
  const std::string name = "t#ephemeral";
  const auto t = topic(name);
  channel("c1", name);
  channel("c2", name);
  ask<atom::erase>(t, atom::erase_v, std::string{"c1"});
  BOOST_TEST(has_topic(name));
  ask<atom::erase>(t, atom::erase_v, std::string{"c2"});
  BOOST_TEST(!has_topic(name));
}

BOOST_AUTO_TEST_CASE(ephemeral_channel_and_topic_vanish_with_the_client) {
  const std::string name = "t#ephemeral";
  const auto ann = consumer(channel("c#ephemeral", name), 1);
  BOOST_TEST(has_topic(name));
  lose(ann);
  BOOST_TEST(!has_topic(name));
}

BOOST_AUTO_TEST_CASE(an_ephemeral_topic_waits_for_its_first_channel) {
  publish(topic("t#ephemeral"), {"a"});
  BOOST_TEST(has_topic("t#ephemeral"));
}

BOOST_AUTO_TEST_CASE(another_topic_outlives_its_channels) {
  channel();
  ask<atom::erase>(topic(), atom::erase_v, std::string{"c"});
  BOOST_TEST(has_topic("t"));
}

BOOST_AUTO_TEST_CASE(ends_with_everything_it_has) {
  const auto ann = client();
  watch(ann, node);
  watch(ann, topic("t"));
  watch(ann, topic("u"));
  watch(ann, channel("c", "t"));
  self->send_exit(node, caf::exit_reason::user_shutdown);
  run();
  BOOST_TEST(sent_to(ann).gone == 4u);
}

BOOST_AUTO_TEST_CASE(tells_about_itself) {
  topic("t");
  topic("u");
  const auto x = stat(node);
  BOOST_TEST(x.kind == "node");
  BOOST_TEST(x.name == "node");
  BOOST_TEST(x.id == node.id());
  BOOST_TEST(x.parent == 0u);
  BOOST_TEST(x.figure(&node_figures::topics) == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
