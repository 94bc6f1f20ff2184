#include "actors/queue/block.hpp"

#include "test/support/messages.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <numeric>
#include <ostream>

namespace cafq::queue {

namespace {

/// Bodies of these sizes, all alike.
struct sized_bodies {
  explicit sized_bodies(const std::vector<size_t>& sizes) {
    const auto largest
      = std::accumulate(sizes.begin(), sizes.end(), size_t{0},
                        [](size_t x, size_t y) { return x > y ? x : y; });
    text.assign(largest, 'x');
    for (auto n : sizes)
      views.push_back(std::string_view{text}.substr(0, n));
  }

  std::string text;
  std::vector<std::string_view> views;
};

/// How bodies of some sizes are to be cut.
struct cut {
  const char* what;
  std::vector<size_t> sizes;
  /// Messages per block.
  std::vector<size_t> blocks;
};

std::ostream& operator<<(std::ostream& out, const cut& x) {
  return out << x.what;
}

std::vector<size_t> times(size_t n, size_t value) {
  std::vector<size_t> result(n, value);
  return result;
}

const cut cuts[] = {
  {"nothing", {}, {}},
  {"one", {5}, {1}},
  {"one without bytes", {0}, {1}},
  {"as many as fit", times(256, 1), {256}},
  {"one too many", times(257, 1), {256, 1}},
  {"many", times(600, 1), {256, 256, 88}},
  {"as many bytes as fit", {65519, 1}, {2}},
  {"one byte too many", {65519, 2}, {1, 1}},
  {"no bytes behind a full block", {65520, 0}, {2}},
  {"exactly full alone", {65520, 1}, {1, 1}},
  {"a big one is alone", {10, 65521, 10}, {1, 1, 1}},
  {"big ones in a row", {100000, 1048576}, {1, 1}},
  {"bytes and number start anew", times(512, 256), {255, 255, 2}},
};

} // namespace

BOOST_AUTO_TEST_SUITE(block_tests)

BOOST_AUTO_TEST_CASE(holds_copies_of_the_bodies) {
  std::string text = "onetwothree";
  const std::string_view all{text};
  const std::string_view bodies[] = {all.substr(0, 3), all.substr(3, 3),
                                     all.substr(6)};
  const auto uut = block::make(bodies, 17);
  text.assign(text.size(), '?');
  BOOST_TEST(uut->count() == 3u);
  BOOST_TEST(uut->body(0) == "one");
  BOOST_TEST(uut->body(1) == "two");
  BOOST_TEST(uut->body(2) == "three");
}

BOOST_AUTO_TEST_CASE(counts_its_bytes) {
  BOOST_TEST(test::block_of(1, {"one", "", "three"})->bytes() == 8u);
  BOOST_TEST(test::block_of(1, {""})->bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(keeps_empty_and_binary_bodies) {
  const std::string binary{"\0\n\xff\0", 4};
  const auto uut = test::block_of(1, {"", binary, ""});
  BOOST_TEST(uut->body(0) == "");
  BOOST_TEST(uut->body(1) == binary);
  BOOST_TEST(uut->body(2) == "");
}

BOOST_AUTO_TEST_CASE(all_messages_have_the_time_of_arrival) {
  const std::string_view bodies[] = {"a", "b"};
  const auto uut = block::make(bodies, 1'234'567'890'123'456'789);
  BOOST_TEST(uut->timestamp_ns(0) == 1'234'567'890'123'456'789);
  BOOST_TEST(uut->timestamp_ns(1) == 1'234'567'890'123'456'789);
}

BOOST_AUTO_TEST_CASE(is_numbered_once_it_is_made) {
  const std::string_view bodies[] = {"a", "b"};
  const auto uut = block::make(bodies, 0);
  BOOST_TEST(uut->first_number() == 0u);
  uut->number_from((uint64_t{1} << 54U) - 2);
  BOOST_TEST(uut->first_number() == (uint64_t{1} << 54U) - 2);
}

BOOST_AUTO_TEST_CASE(counts_in_memory_while_anybody_holds_it) {
  const auto before = block::bytes_in_memory();
  auto one = test::numbered(1, 256);
  const auto with_one = block::bytes_in_memory();
  BOOST_TEST(with_one >= before + one->bytes());
  auto other = one;
  BOOST_TEST(block::bytes_in_memory() == with_one);
  one.reset();
  BOOST_TEST(block::bytes_in_memory() == with_one);
  other.reset();
  BOOST_TEST(block::bytes_in_memory() == before);
}

BOOST_AUTO_TEST_CASE(a_large_block_costs_little_more_than_its_bodies) {
  const auto before = block::bytes_in_memory();
  const auto uut = test::block_of(1, {std::string(1048576, 'x')});
  BOOST_TEST(block::bytes_in_memory() - before < 1048576u + 100u);
}

BOOST_AUTO_TEST_CASE(tiny_messages_cost_four_bytes_each) {
  const auto before = block::bytes_in_memory();
  const auto uut = test::numbered(1, 256);
  const auto most = uut->bytes() + block::overhead
                    + 256 * block::message_overhead;
  BOOST_TEST(block::bytes_in_memory() - before == most);
  BOOST_TEST(uut->memory() == most);
  const auto rest = block::without_bodies(*uut);
  BOOST_TEST(rest->memory() == most - uut->bytes());
}

/// Messages that differ in one thing, and whether a block has to note it.
BOOST_AUTO_TEST_CASE(keeps_what_is_not_the_same_for_all) {
  const std::vector<message_view> same{
    {7, 70, 3, "a"}, {8, 70, 3, ""}, {9, 70, 3, "ccc"}};
  const auto variants = [&] {
    std::vector<std::vector<message_view>> result(4, same);
    result[1][1].timestamp_ns = 71;
    result[2][2].attempts = 4;
    result[3][2].number = 10;
    return result;
  }();
  for (const auto& all : variants) {
    const auto uut = block::make(all);
    const auto rest = block::without_bodies(*uut);
    BOOST_TEST(uut->bytes() == 4u);
    BOOST_TEST(rest->bytes() == 4u);
    for (size_t i = 0; i < all.size(); ++i) {
      const auto& x = all[i];
      for (const auto& y : {uut, rest}) {
        BOOST_TEST(y->number(i) == x.number);
        BOOST_TEST(y->timestamp_ns(i) == x.timestamp_ns);
        BOOST_TEST(y->attempts(i) == x.attempts);
        BOOST_TEST((y->index_of(x.number) == i));
      }
      BOOST_TEST(uut->body(i) == x.body);
      BOOST_TEST(uut->message(i).body == x.body);
    }
    for (uint64_t absent : {6u, 11u})
      BOOST_TEST((uut->index_of(absent) == std::nullopt));
    BOOST_TEST((uut->memory() < 32 + 4 * 4 + 5) == (&all == &variants[0]));
  }
}

BOOST_AUTO_TEST_CASE(an_extracted_message_keeps_number_time_and_body) {
  const auto from = test::block_of(40, {"one", "two", "three"});
  const auto uut = block::extract(*from, 2);
  BOOST_TEST(uut->count() == 1u);
  BOOST_TEST(uut->first_number() == 42u);
  BOOST_TEST(uut->timestamp_ns(0) == test::some_timestamp);
  BOOST_TEST(uut->body(0) == "three");
}

BOOST_AUTO_TEST_CASE(an_extracted_message_outlives_its_block) {
  const auto before = block::bytes_in_memory();
  auto from = test::block_of(40, {std::string(60000, 'x'), "two"});
  const auto uut = block::extract(*from, 1);
  from.reset();
  BOOST_TEST(uut->body(0) == "two");
  BOOST_TEST(block::bytes_in_memory() - before < 1000u);
}

BOOST_DATA_TEST_CASE(cuts_bodies_into_blocks,
                     boost::unit_test::data::make(cuts)) {
  const sized_bodies input{sample.sizes};
  std::vector<size_t> counts;
  std::vector<size_t> sizes;
  for (const auto& x : make_blocks(input.views, 0)) {
    counts.push_back(x->count());
    for (size_t i = 0; i < x->count(); ++i)
      sizes.push_back(x->body(i).size());
  }
  BOOST_TEST(counts == sample.blocks);
  BOOST_TEST(sizes == sample.sizes);
}

BOOST_AUTO_TEST_CASE(cuts_keep_order_and_time) {
  std::vector<std::string> text;
  text.reserve(1000);
  for (int i = 0; i < 1000; ++i)
    text.push_back(std::to_string(i));
  const std::vector<std::string_view> views{text.begin(), text.end()};
  std::vector<std::string> out;
  for (const auto& x : make_blocks(views, 99)) {
    for (size_t i = 0; i < x->count(); ++i) {
      out.emplace_back(x->body(i));
      BOOST_TEST(x->timestamp_ns(i) == 99);
    }
  }
  BOOST_TEST(out == text);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::queue
