#include "net/nsq/publish_collector.hpp"

#include "test/net/frames.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;

namespace cafq {

namespace {

struct fixture {
  auto new_ticket() {
    return [this] {
      return ++last;
    };
  }

  ticket
  add(std::string_view topic, std::string_view body, bool lasting = true) {
    return uut.add(topic, body, lasting, new_ticket());
  }

  /// Returns the bodies of a group, blocks in brackets.
  static std::string text(const publish_collector::group& x) {
    std::string result;
    for (const auto& item : x.body->items) {
      result += item.deferred() ? "d[" : "[";
      for (size_t i = 0; i < item.body->count(); ++i)
        result += (i > 0 ? " " : "") + std::string{item.body->body(i)};
      result += "]";
    }
    return result;
  }

  publish_collector uut;
  std::vector<publish_collector::group> take() {
    std::vector<publish_collector::group> result;
    uut.take([&](auto& x) { result.push_back(std::move(x)); });
    return result;
  }

  ticket last = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(publish_collector_tests, fixture)

BOOST_AUTO_TEST_CASE(publishes_to_a_topic_become_one_block) {
  add("t", "a");
  add("t", "b");
  add("t", "c");
  const auto groups = take();
  BOOST_TEST_REQUIRE(groups.size() == 1u);
  BOOST_TEST(groups[0].topic == "t");
  // A block of three, in a list of one.
  constexpr auto lists = sizeof(batch) + sizeof(queue::publication);
  BOOST_TEST(groups[0].bytes == lists + queue::block::overhead + 3 * (4 + 1));
  BOOST_TEST(text(groups[0]) == "[a b c]");
}

BOOST_AUTO_TEST_CASE(each_topic_has_one_group_and_ticket) {
  BOOST_TEST(add("t", "a") == 1u);
  BOOST_TEST(add("u", "b") == 2u);
  BOOST_TEST(add("t", "c") == 1u);
  const auto groups = take();
  BOOST_TEST_REQUIRE(groups.size() == 2u);
  BOOST_TEST(groups[0].topic == "t");
  BOOST_TEST(groups[0].answer_to == 1u);
  BOOST_TEST(text(groups[0]) == "[a c]");
  BOOST_TEST(groups[1].topic == "u");
  BOOST_TEST(groups[1].answer_to == 2u);
  BOOST_TEST(text(groups[1]) == "[b]");
}

BOOST_AUTO_TEST_CASE(take_leaves_nothing) {
  BOOST_TEST(uut.empty());
  add("t", "a");
  BOOST_TEST(!uut.empty());
  BOOST_TEST(take().size() == 1u);
  BOOST_TEST(uut.empty());
  BOOST_TEST(add("t", "b") == 2u);
}

BOOST_AUTO_TEST_CASE(bytes_that_do_not_last_are_copied_at_once) {
  std::string body = "a";
  add("t", body, false);
  body = "?";
  add("t", "b");
  BOOST_TEST(text(take().at(0)) == "[a][b]");
}

BOOST_AUTO_TEST_CASE(an_mpub_joins_the_publishes_around_it) {
  add("t", "a");
  const auto records = test::sized("b") + test::sized("") + test::sized("ccc");
  BOOST_TEST(uut.add(protocol::mpub{"t", records, 3, 3, 4}, true, new_ticket())
             == 1u);
  add("t", "d");
  const auto groups = take();
  BOOST_TEST(text(groups.at(0)) == "[a b  ccc d]");
  BOOST_TEST(groups.at(0).bytes == memory_of(*groups.at(0).body));
}

BOOST_AUTO_TEST_CASE(a_large_mpub_becomes_several_blocks) {
  std::string records;
  for (int i = 0; i < 600; ++i)
    records += test::sized("x");
  uut.add(protocol::mpub{"t", records, 600, 600, 600}, true, new_ticket());
  const auto groups = take();
  const auto& items = groups.at(0).body->items;
  BOOST_TEST_REQUIRE(items.size() == 3u);
  BOOST_TEST(items[0].body->count() == 256u);
  BOOST_TEST(items[1].body->count() == 256u);
  BOOST_TEST(items[2].body->count() == 88u);
}

BOOST_AUTO_TEST_CASE(an_mpub_in_parts_stays_in_order) {
  add("t", "a");
  uut.begin_mpub();
  auto records = test::sized("b") + test::sized("c");
  uut.add(protocol::mpub_part{records, 2});
  records = test::sized("d");
  const auto first = uut.part_bytes();
  BOOST_TEST(
    first == 2 * (4 + 1) + queue::block::overhead + sizeof(queue::publication));
  uut.add(protocol::mpub_part{records, 1});
  BOOST_TEST(uut.part_bytes() > first);
  records = test::sized("e");
  uut.add(protocol::mpub{"t", records, 1, 4, 4}, true, new_ticket());
  const auto groups = take();
  BOOST_TEST(uut.part_bytes() == 0u);
  BOOST_TEST(text(groups.at(0)) == "[a][b c][d][e]");
  BOOST_TEST(groups.at(0).bytes == memory_of(*groups.at(0).body));
}

BOOST_AUTO_TEST_CASE(parts_of_an_mpub_that_ended_are_not_published) {
  const auto records = test::sized("a");
  uut.begin_mpub();
  uut.add(protocol::mpub_part{records, 1});
  uut.begin_mpub();
  uut.add(protocol::mpub{"t", records, 1, 1, 1}, true, new_ticket());
  BOOST_TEST(text(take().at(0)) == "[a]");
}

BOOST_AUTO_TEST_CASE(a_deferred_message_is_on_its_own_and_in_order) {
  const auto due = queue::time_point{} + 1h;
  add("t", "a");
  BOOST_TEST(uut.defer("t", "b", due, new_ticket()) == 1u);
  add("t", "c");
  const auto groups = take();
  BOOST_TEST(text(groups.at(0)) == "[a]d[b][c]");
  BOOST_TEST(groups.at(0).bytes == memory_of(*groups.at(0).body));
  BOOST_TEST((groups.at(0).body->items[1].due == due));
}

BOOST_AUTO_TEST_CASE(messages_have_the_time_of_their_read) {
  uut.now(17);
  add("t", "a");
  BOOST_TEST(take().at(0).body->items[0].body->timestamp_ns(0) == 17);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq
