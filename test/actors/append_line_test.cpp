#include "actors/append_line.hpp"

#include "test/support/messages.hpp"
#include "test/support/seed.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace cafq {

BOOST_AUTO_TEST_SUITE(append_line_tests)

namespace {

constexpr size_t mb = size_t{1} << 20U;

struct fixture {
  /// Appends one message to a topic with so many channels.
  void append(const std::string& topic, size_t size, size_t queues) {
    append_ptr x{new cafq::append};
    x->topic = topic;
    x->id = ++ids[topic];
    x->what.reset(new batch);
    x->what->items.push_back(
      {test::block_of(x->id, {std::string(size, 'x')}), {}});
    if (!uut.join(x))
      uut.open(x, {}, queues);
    BOOST_TEST(uut.invariant());
  }

  /// Returns what one turn gives: topic, last id, and how many queues get it.
  std::vector<std::tuple<std::string, uint64_t, size_t>> turn(size_t bytes) {
    std::vector<std::tuple<std::string, uint64_t, size_t>> result;
    uut.turn(bytes, [&](const append_line::piece& x) {
      BOOST_TEST(x.first + x.count == x.of.done);
      staged += x.of.bytes * x.count;
      result.emplace_back(x.of.last->topic, x.of.last->id, x.count);
    });
    BOOST_TEST(uut.invariant());
    return result;
  }

  append_line uut;
  std::map<std::string, uint64_t> ids;
  size_t staged = 0;
};

using pieces = std::vector<std::tuple<std::string, uint64_t, size_t>>;

} // namespace

BOOST_FIXTURE_TEST_CASE(appends_of_a_topic_share_a_group, fixture) {
  append("a", 10, 3);
  append("a", 10, 3);
  append("b", 10, 1);
  BOOST_TEST((turn(mb) == pieces{{"a", 2, 3}, {"b", 1, 1}}));
  BOOST_TEST(uut.empty());
}

BOOST_FIXTURE_TEST_CASE(a_group_ends_where_its_copies_are_too_many, fixture) {
  append("a", 3 * mb, 2);
  append("a", 3 * mb, 2);
  BOOST_TEST((turn(100 * mb) == pieces{{"a", 1, 2}, {"a", 2, 2}}));
}

BOOST_FIXTURE_TEST_CASE(many_copies_do_not_keep_others_waiting, fixture) {
  for (int i = 0; i < 100; ++i)
    append("wide", 7 * mb / 100, 100);
  turn(8 * mb);
  append("narrow", 10, 1);
  const auto next = turn(8 * mb);
  BOOST_TEST((std::get<0>(next.front()) == "narrow"));
  BOOST_TEST(!uut.empty());
}

BOOST_FIXTURE_TEST_CASE(what_is_too_much_goes_queue_by_queue, fixture) {
  append("a", 3 * mb, 10);
  size_t queues = 0;
  auto turns = 0;
  while (!uut.empty()) {
    const auto before = staged;
    for (const auto& x : turn(8 * mb))
      queues += std::get<2>(x);
    BOOST_TEST(staged - before <= 12 * mb);
    ++turns;
  }
  BOOST_TEST(queues == 10);
  BOOST_TEST(turns > 3);
}

BOOST_FIXTURE_TEST_CASE(each_turn_gives_something, fixture) {
  for (int i = 0; i < 50; ++i)
    append("t" + std::to_string(i), mb, 7);
  auto turns = 0;
  for (; !uut.empty(); ++turns) {
    const auto before = staged;
    turn(mb);
    BOOST_TEST(staged > before);
  }
  BOOST_TEST(turns < 400);
}

BOOST_FIXTURE_TEST_CASE(a_topic_without_queues_has_its_turn, fixture) {
  append("a", 10, 0);
  BOOST_TEST((turn(mb) == pieces{{"a", 1, 0}}));
  BOOST_TEST(uut.empty());
}

BOOST_FIXTURE_TEST_CASE(the_rest_of_a_topic_is_taken_at_once, fixture) {
  append("a", 3 * mb, 4);
  append("a", 10, 4);
  append("b", 10, 1);
  turn(2 * 3 * mb + 20);
  const auto rest = uut.take("a");
  BOOST_REQUIRE(!rest.empty());
  BOOST_TEST(rest.front().done > 0);
  BOOST_TEST(rest.back().last->id == 2);
  BOOST_TEST(uut.take("a").empty());
  BOOST_TEST(uut.take().empty());
}

BOOST_FIXTURE_TEST_CASE(nothing_is_lost_or_doubled, fixture) {
  test::dice random{test::seed()};
  // How many queues have all up to this id; in order.
  std::map<std::string, std::pair<uint64_t, size_t>> seen;
  const std::map<std::string, size_t> queues{{"a", 1}, {"b", 30}, {"c", 400}};
  for (int step = 0; step < 2000; ++step) {
    for (const auto& [topic, n] : queues)
      if (random.one_in(3))
        append(topic, random.between(1, random.one_in(10) ? mb : 1000), n);
    for (const auto& [topic, id, count] : turn(random.between(1, 8 * mb))) {
      auto& [last, n] = seen[topic];
      if (id != last) {
        BOOST_TEST(id > last);
        BOOST_TEST((last == 0 || n == queues.at(topic)));
        last = id;
        n = 0;
      }
      n += count;
    }
  }
  while (!uut.empty())
    for (const auto& [topic, id, count] : turn(8 * mb)) {
      auto& [last, n] = seen[topic];
      n = id == last ? n + count : count;
      last = id;
    }
  for (const auto& [topic, n] : queues) {
    BOOST_TEST(seen[topic].first == ids[topic]);
    BOOST_TEST(seen[topic].second == n);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq
