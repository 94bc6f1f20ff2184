#include "actors/lookup/registry.hpp"

#include "test/lookup/seen.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace cafq::test {

using namespace lookup;
using std::chrono::seconds;

namespace {

using names = std::vector<std::string>;

protocol::lookup_identity node(std::string host = "my.host") {
  return {std::move(host), "vm", 4150, 4151, "1.3.0"};
}

struct fixture {
  fixture() {
    for (const producer_id id : {1U, 2U})
      BOOST_TEST(
        all.identify(id, node(), "10.0.0.1:" + std::to_string(id), now));
  }

  void
  add(producer_id id, std::string_view topic, std::string_view channel = {}) {
    BOOST_TEST(all.add(id, topic, channel));
  }

  [[nodiscard]] std::vector<producer_id> active(std::string_view topic) const {
    return test::active(all, topic, now);
  }

  registry all;
  time_point now{seconds{1000}};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(registry_tests, fixture)

BOOST_AUTO_TEST_CASE(a_channel_brings_its_topic) {
  add(1, "t", "c");
  BOOST_TEST((topics(all) == names{"t"}));
  BOOST_TEST((channels(all, "t") == names{"c"}));
  BOOST_TEST((active("t") == std::vector<producer_id>{1}));
  BOOST_TEST(all.registration_count() == 2U);
}

BOOST_AUTO_TEST_CASE(registering_again_changes_nothing) {
  add(1, "t", "c");
  const auto bytes = all.bytes();
  all.tombstone("t", "my.host:4151", now);
  add(1, "t", "c");
  BOOST_TEST(all.bytes() == bytes);
  BOOST_TEST(active("t").empty());
}

BOOST_AUTO_TEST_CASE(names_stay_when_their_nodes_go) {
  add(1, "t", "c");
  add(1, "t#ephemeral", "c#ephemeral");
  all.leave(1);
  BOOST_TEST((topics(all) == names{"t", "t#ephemeral"}));
  BOOST_TEST((channels(all, "t#ephemeral") == names{"c#ephemeral"}));
  BOOST_TEST(all.registration_count() == 0U);
  BOOST_TEST(active("t").empty());
}

BOOST_AUTO_TEST_CASE(ephemeral_names_go_with_the_last_that_takes_them_back) {
  for (const producer_id id : {1U, 2U})
    add(id, "t", "c#ephemeral");
  all.withdraw(1, "t", "c#ephemeral");
  BOOST_TEST((channels(all, "t") == names{"c#ephemeral"}));
  all.withdraw(2, "t", "c#ephemeral");
  BOOST_TEST(channels(all, "t").empty());
  BOOST_TEST(all.has_topic("t"));
}

BOOST_AUTO_TEST_CASE(an_ephemeral_topic_leaves_its_channels_behind) {
  add(1, "t#ephemeral", "c");
  all.withdraw(1, "t#ephemeral", {});
  BOOST_TEST(!all.has_topic("t#ephemeral"));
  BOOST_TEST(topics(all).empty());
  BOOST_TEST((channels(all, "t#ephemeral") == names{"c"}));
  BOOST_TEST(all.topic_count() == 0U);
  all.erase("t#ephemeral");
  BOOST_TEST(channels(all, "*").empty());
}

BOOST_AUTO_TEST_CASE(withdrawing_a_topic_withdraws_its_channels) {
  add(1, "t", "c");
  add(2, "t", "c");
  all.withdraw(1, "t", {});
  BOOST_TEST((active("t") == std::vector<producer_id>{2}));
  BOOST_TEST(all.registration_count() == 2U);
}

BOOST_AUTO_TEST_CASE(a_tombstone_hides_one_topic_for_its_time) {
  add(1, "t");
  add(1, "u");
  all.tombstone("t", "my.host:4152", now);
  BOOST_TEST(active("t").size() == 1U);
  all.tombstone("t", "my.host:4151", now);
  BOOST_TEST(active("t").empty());
  BOOST_TEST(active("u").size() == 1U);
  BOOST_TEST(active("*").size() == 1U);
  now += seconds{45} - duration{1};
  BOOST_TEST(active("t").empty());
  now += duration{1};
  BOOST_TEST(active("t").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_tombstone_for_the_star_hides_all_topics) {
  add(1, "t", "c");
  add(1, "u");
  all.tombstone("*", "my.host:4151", now);
  BOOST_TEST(active("*").empty());
  each_place(all, "*", [](const place& x) {
    x.each([&](const place::entry& y) {
      BOOST_TEST(y.what().tombstoned.has_value() == !x.channel);
    });
  });
}

BOOST_AUTO_TEST_CASE(a_new_registration_has_no_tombstone) {
  add(1, "t");
  all.tombstone("t", "my.host:4151", now);
  all.withdraw(1, "t", {});
  add(1, "t");
  BOOST_TEST(active("t").size() == 1U);
}

BOOST_AUTO_TEST_CASE(silence_hides_until_the_next_ping) {
  add(1, "t");
  now += seconds{300};
  BOOST_TEST(active("t").size() == 1U);
  BOOST_TEST(all.active(*all.find(1), now));
  now += duration{1};
  add(1, "u");
  BOOST_TEST(active("t").empty());
  BOOST_TEST(active("u").empty());
  all.ping(1, now);
  BOOST_TEST(active("t").size() == 1U);
  BOOST_TEST(all.active(*all.find(1), now));
  BOOST_TEST(!all.active(*all.find(2), now));
}

BOOST_AUTO_TEST_CASE(the_star_means_all_topics) {
  BOOST_TEST(!all.has_topic("*"));
  add(1, "t", "c");
  add(1, "u", "c");
  add(2, "u");
  BOOST_TEST(all.has_topic("*"));
  BOOST_TEST((channels(all, "*") == names{"c", "c"}));
  BOOST_TEST((active("*") == std::vector<producer_id>{1, 1, 2}));
  all.erase("*");
  BOOST_TEST(topics(all).empty());
  BOOST_TEST(all.producer_count() == 2U);
  BOOST_TEST(all.registration_count() == 0U);
}

// Those who ask for much are told in steps, between which others have their
// turn.
BOOST_AUTO_TEST_CASE(a_walk_goes_on_whatever_comes_and_goes) {
  for (const auto* topic : {"b", "d", "f"})
    for (const auto* channel : {"x", "z"})
      add(1, topic, channel);
  registry::position at;
  std::string seen;
  const auto step = [&] {
    return all.walk(at, "*", 1, [&](const place& x) {
      seen += *x.topic + (x.channel ? ":" + *x.channel : "") + " ";
      return size_t{1};
    });
  };
  const auto go_to = [&](const std::string& end) {
    while (!seen.ends_with(end + " "))
      BOOST_TEST_REQUIRE(step());
  };
  go_to("b:x");
  add(2, "a", "x");
  add(2, "b", "y");
  BOOST_TEST(all.erase("b", "x"));
  go_to("d:x");
  all.erase("d");
  add(2, "e");
  go_to("f:z");
  BOOST_TEST(!step());
  BOOST_TEST(seen == "b b:x b:y b:z d d:x e f f:x f:z ");
}

BOOST_AUTO_TEST_CASE(who_is_unknown_is_ignored) {
  BOOST_TEST(all.add(9, "t", "c"));
  all.ping(9, now);
  all.withdraw(9, "t", {});
  all.leave(9);
  BOOST_TEST(topics(all).empty());
}

BOOST_AUTO_TEST_CASE(deleting_says_whether_the_channel_was_there) {
  BOOST_TEST(all.create("t", "c"));
  BOOST_TEST(!all.erase("t", "d"));
  BOOST_TEST(!all.erase("u", "c"));
  BOOST_TEST(all.erase("t", "c"));
  BOOST_TEST(all.has_topic("t"));
}

BOOST_AUTO_TEST_CASE(each_byte_is_given_back) {
  const auto before = all.bytes();
  for (const producer_id id : {1U, 2U})
    for (const auto* topic : {"a", "b", "c"})
      for (const auto* channel : {"x", "y"})
        add(id, topic, channel);
  BOOST_TEST(all.bytes() > before);
  all.erase("*");
  BOOST_TEST(all.bytes() == before);
  all.leave(1);
  all.leave(2);
  BOOST_TEST(all.bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(refuses_what_it_has_no_memory_for) {
  registry_limits limits;
  limits.bytes = 4000;
  registry small{limits};
  BOOST_TEST(small.identify(1, node(), "a", now));
  BOOST_TEST(!small.identify(2, node(std::string(4000, 'x')), "b", now));
  BOOST_TEST(!small.find(2));
  auto added = 0;
  while (small.add(1, "topic" + std::to_string(added), "c"))
    ++added;
  BOOST_TEST(added > 2);
  BOOST_TEST(small.bytes() <= limits.bytes);
  BOOST_TEST(small.topic_count() == static_cast<size_t>(added));
  BOOST_TEST(!small.create("one.more", {}));
  small.erase("topic0");
  BOOST_TEST(small.create("one.more", {}));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
