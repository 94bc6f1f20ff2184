#include "test/persistence/model.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <limits>

namespace cafq::test {

queue_summary model::queue::summary() const {
  queue_summary result;
  result.blocks = blocks.size();
  result.deferred = deferred.size();
  for (const auto& [first, x] : blocks) {
    for (size_t i = 0; i < x.messages.size(); ++i)
      result.messages += x.progress.finished[i] ? 0U : 1U;
    result.last_number = std::max(result.last_number, x.messages.back().number);
  }
  return result;
}

void model::check_blocks(const std::vector<stored_block>& found,
                         const std::vector<const block*>& expected) {
  BOOST_TEST_REQUIRE(found.size() == expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    BOOST_TEST_REQUIRE(texts(*found[i].body) == expected[i]->messages,
                       boost::test_tools::per_element());
    BOOST_REQUIRE(found[i].progress == expected[i]->progress);
  }
}

void model::check(message_store& store) const {
  const auto found_topics = store.topics();
  BOOST_TEST_REQUIRE(found_topics.size() == topics.size());
  for (const auto& x : found_topics)
    BOOST_REQUIRE(topics.at(x.name) == x);
  const auto found_channels = store.channels();
  BOOST_TEST_REQUIRE(found_channels.size() == channels.size());
  for (const auto& x : found_channels)
    BOOST_REQUIRE(channels.at({x.topic, x.name}) == x);
  for (const auto& [id, x] : queues) {
    const auto summary = x.summary();
    const auto found = store.summary(id);
    BOOST_TEST_REQUIRE(found.messages == summary.messages);
    BOOST_TEST_REQUIRE(found.blocks == summary.blocks);
    BOOST_TEST_REQUIRE(found.last_number == summary.last_number);
    BOOST_TEST_REQUIRE(found.deferred == summary.deferred);
    std::vector<const block*> blocks;
    for (const auto& [first, y] : x.blocks)
      blocks.push_back(&y);
    check_blocks(store.read(id, 0, 1000), blocks);
    const auto due = store.due(id, std::numeric_limits<int64_t>::max(), 1000);
    BOOST_TEST_REQUIRE(due.size() == x.deferred.size());
    auto expected = x.deferred.begin();
    for (const auto& y : due) {
      BOOST_TEST_REQUIRE(y.due_ns == expected->first.due_ns);
      BOOST_TEST_REQUIRE(texts(*y.body).front() == expected->second);
      ++expected;
    }
  }
}

} // namespace cafq::test
