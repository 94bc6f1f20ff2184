#include "persistence/block_index.hpp"

#include "net/protocol/contract.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <random>

namespace cafq::test {

namespace {

block_entry make_entry(uint64_t first, uint32_t span = 9) {
  return {.first = first,
          .id = first + 1000,
          .span = span,
          .count = 10,
          .finished = 0};
}

std::vector<uint64_t> firsts(std::span<const block_entry> x) {
  std::vector<uint64_t> result;
  for (const auto& y : x)
    result.push_back(y.first);
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(block_index_tests)

BOOST_AUTO_TEST_CASE(stays_within_32_bytes_per_block) {
  BOOST_TEST(sizeof(block_entry) <= 32U);
}

BOOST_AUTO_TEST_CASE(counts_what_is_not_finished) {
  block_index x;
  x.insert(make_entry(10));
  x.insert(make_entry(20));
  x.finished(*x.find(20), 4);
  BOOST_TEST(x.messages() == 16U);
  x.finished(*x.find(20), 3);
  BOOST_TEST(x.messages() == 17U);
  x.erase(10);
  BOOST_TEST(x.messages() == 7U);
}

BOOST_AUTO_TEST_CASE(finds_blocks_that_reach_over_others) {
  block_index x;
  x.insert(make_entry(10, 500));
  x.insert(make_entry(20));
  x.insert(make_entry(30));
  BOOST_TEST(x.reaching(400).front().first == 10U);
  BOOST_TEST(x.last_number() == 510U);
  BOOST_TEST(firsts(x.after(20)) == std::vector<uint64_t>{30},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(finds_blocks_by_id_before_they_are_sorted) {
  block_index y;
  uint64_t id = 1;
  for (uint64_t first : {50U, 10U, 90U})
    y.add_unsorted(
      {.first = first, .id = id++, .span = 0, .count = 1, .finished = 0});
  BOOST_TEST(y.find_unsorted(2)->first == 10U);
  BOOST_TEST(y.find_unsorted(4) == nullptr);
  y.sort();
  BOOST_TEST(firsts(y.entries()) == (std::vector<uint64_t>{10, 50, 90}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(has_each_first_number_once) {
  block_index x;
  x.insert(make_entry(10, 0));
  x.insert(make_entry(20, 0));
  BOOST_CHECK_THROW(x.insert(make_entry(10, 0)), broken_contract);
  BOOST_CHECK_THROW(x.insert(make_entry(20, 0)), broken_contract);
  BOOST_TEST(x.invariant());
}

BOOST_AUTO_TEST_CASE(is_a_sorted_map) {
  std::mt19937 random{7};
  block_index x;
  std::map<uint64_t, block_entry> expected;
  for (int i = 0; i < 20'000; ++i) {
    const uint64_t first = random() % 300;
    if (random() % 2 == 0 && !expected.contains(first)) {
      const auto entry = make_entry(first,
                                    static_cast<uint32_t>(random() % 40));
      x.insert(entry);
      expected[first] = entry;
    } else {
      x.erase(first);
      expected.erase(first);
    }
    BOOST_TEST_REQUIRE(x.entries().size() == expected.size());
    BOOST_TEST_REQUIRE(x.messages() == expected.size() * 10);
    BOOST_TEST_REQUIRE(x.invariant());
    uint64_t last = 0;
    auto found = x.entries().begin();
    for (const auto& [key, entry] : expected) {
      BOOST_TEST_REQUIRE(found->first == key);
      BOOST_TEST_REQUIRE(found->id == entry.id);
      last = std::max(last, entry.last());
      ++found;
    }
    BOOST_TEST_REQUIRE(x.last_number() == last);
    BOOST_TEST_REQUIRE((x.find(first) != nullptr) == expected.contains(first));
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
