#include "actors/queue/block_packer.hpp"

#include "test/support/messages.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace cafq::queue {

namespace {

block_ptr of(uint64_t first, size_t count, size_t bytes = 1) {
  const std::string body(bytes, 'x');
  const std::vector<std::string_view> bodies(count, body);
  auto result = block::make(bodies, 7);
  result->number_from(first);
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(block_packer_tests)

BOOST_AUTO_TEST_CASE(packs_neighbours_up_to_the_limit) {
  block_packer uut;
  for (uint64_t i = 0; i < 300; ++i)
    uut.add(of(2 * i, 1));
  const auto got = uut.take();
  BOOST_TEST_REQUIRE(got.size() == 2U);
  BOOST_TEST(got[0]->count() == block::max_messages);
  BOOST_TEST(got[1]->count() == 300 - block::max_messages);
  BOOST_TEST(got[0]->first_number() == 0U);
  BOOST_TEST(got[0]->number(3) == 6U);
  BOOST_TEST(got[0]->timestamp_ns(3) == 7);
  BOOST_TEST(got[1]->last_number() == 598U);
  BOOST_TEST(uut.take().empty());
}

BOOST_AUTO_TEST_CASE(bounds_the_bytes) {
  block_packer uut;
  uut.add(of(0, 1, block::max_bytes - 10));
  uut.add(of(1, 10, 1));
  uut.add(of(11, 1, 1));
  const auto got = uut.take();
  BOOST_TEST_REQUIRE(got.size() == 2U);
  BOOST_TEST(got[0]->count() == 11U);
  BOOST_TEST(got[1]->count() == 1U);
}

BOOST_AUTO_TEST_CASE(does_not_copy_one_that_stays_alone) {
  block_packer uut;
  const auto a = of(0, 200);
  const auto b = of(200, 200);
  const auto c = of(400, 1);
  uut.add(a);
  uut.add(b);
  uut.close();
  uut.add(c);
  const auto got = uut.take();
  BOOST_TEST_REQUIRE(got.size() == 3U);
  BOOST_TEST(got[0] == a);
  BOOST_TEST(got[1] == b);
  BOOST_TEST(got[2] == c);
}

BOOST_AUTO_TEST_CASE(shares_the_bodies) {
  std::vector<block_ptr> blocks;
  for (uint64_t i = 0; i < 10; ++i)
    blocks.push_back(of(i, 1, 6000));
  const auto before = block::bytes_in_memory();
  std::vector<block_ptr> packed;
  for (int channel = 0; channel < 100; ++channel) {
    block_packer uut;
    for (const auto& x : blocks)
      uut.add(x);
    packed.push_back(uut.take().at(0));
  }
  BOOST_TEST(packed.back()->count() == 10U);
  BOOST_TEST(block::bytes_in_memory() - before < 100U * 6000U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::queue
