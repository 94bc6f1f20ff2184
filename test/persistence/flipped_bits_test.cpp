#include "persistence/keys.hpp"
#include "persistence/records.hpp"
#include "persistence/storage_error.hpp"
#include "test/persistence/support.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <limits>
#include <sstream>

namespace cafq::test {

namespace {

/// A store whose file is damaged where one row lies in it.
struct flipping_fixture : store_fixture {
  queue_id q = named_queue("t");
  std::string good;
  /// Of the damaged row: where its key and its value are in the file.
  size_t key_at = 0;
  size_t value_at = 0;
  size_t end = 0;

  void remember(const std::string& key, size_t value_size) {
    commit_all(*store);
    store = nullptr;
    std::ostringstream all;
    all << std::ifstream{dir.store_file(), std::ios::binary}.rdbuf();
    good = all.str();
    key_at = good.find(key);
    BOOST_TEST_REQUIRE(key_at != std::string::npos);
    BOOST_TEST_REQUIRE(good.find(key, key_at + 1) == std::string::npos);
    // A small value follows its key in the page.
    value_at = key_at + key.size();
    end = value_at + value_size;
  }

  void open_with_flipped(size_t bit) {
    auto bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    store = nullptr;
    std::ofstream{dir.store_file(), std::ios::binary} << bad;
    store = open_message_store(dir.store_file());
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(flipped_bits_tests, flipping_fixture)

BOOST_AUTO_TEST_CASE(any_flipped_bit_of_a_block_costs_that_block_only) {
  for (uint64_t i = 1; i <= 3; ++i)
    store->keep(q, {make_block(i * 10, 3), {}});
  const auto key
    = encode(log_key{.id = 2, .queue = q, .count = 3, .first = 20, .span = 2});
  remember(key, block_record_size(*make_block(20, 3)));
  for (auto bit = value_at * 8; bit < end * 8; ++bit)
    BOOST_TEST_CONTEXT("bit " << bit - value_at * 8) {
      open_with_flipped(bit);
      BOOST_TEST(names(store->read(q, 0, 10))
                   == (std::vector<uint64_t>{10, 30}),
                 boost::test_tools::per_element());
      BOOST_TEST(store->damaged_blocks() == 1U);
      commit_all(*store);
      reopen();
      BOOST_TEST(store->damaged_blocks() == 1U);
      BOOST_TEST(store->read(q, 0, 10).size() == 2U);
    }
}

BOOST_AUTO_TEST_CASE(any_flipped_bit_of_a_deferred_message_costs_only_that) {
  for (uint64_t i = 1; i <= 3; ++i)
    store->defer(q, {static_cast<int64_t>(i), make_block(i, 1)});
  const auto key = encode(defer_key{q, {2, 2}});
  remember(key, encode_deferred(key, *make_block(2, 1)).size());
  for (auto bit = value_at * 8; bit < end * 8; ++bit)
    BOOST_TEST_CONTEXT("bit " << bit - value_at * 8) {
      open_with_flipped(bit);
      std::vector<int64_t> found;
      for (const auto& x :
           store->due(q, std::numeric_limits<int64_t>::max(), 10))
        found.push_back(x.due_ns);
      BOOST_TEST(found == (std::vector<int64_t>{1, 3}),
                 boost::test_tools::per_element());
      BOOST_TEST(store->damaged_blocks() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(any_flipped_bit_of_a_key_costs_that_block_only) {
  for (uint64_t i = 1; i <= 3; ++i)
    store->keep(q, {make_block(i * 10, 3), {}});
  const auto key
    = encode(log_key{.id = 2, .queue = q, .count = 3, .first = 20, .span = 2});
  remember(key, block_record_size(*make_block(20, 3)));
  for (auto bit = key_at * 8; bit < value_at * 8; ++bit)
    BOOST_TEST_CONTEXT("bit " << bit - key_at * 8) {
      open_with_flipped(bit);
      BOOST_TEST(names(store->read(q, 0, 10))
                   == (std::vector<uint64_t>{10, 30}),
                 boost::test_tools::per_element());
      // One in the queue's id makes it a block of nobody.
      while (store->sweep(100)) {
        // nop
      }
      BOOST_TEST(store->damaged_blocks() == 1U);
      // The neighbours can be deleted, and more stored.
      store->done(q, 10);
      store->keep(q, {make_block(40, 1), {}});
      commit_all(*store);
      reopen();
      BOOST_TEST(names(store->read(q, 0, 10))
                   == (std::vector<uint64_t>{30, 40}),
                 boost::test_tools::per_element());
    }
}

// Their number has no checksum, and LMDB frees as many pages as it says.
BOOST_AUTO_TEST_CASE(a_flipped_number_of_pages_ends_the_store) {
  const std::string body(10'000, 'x');
  store->keep(q, {make_block(std::vector<text>{{20, 1000, 0, body}}), {}});
  commit_all(*store);
  store = nullptr;
  std::ostringstream all;
  all << std::ifstream{dir.store_file(), std::ios::binary}.rdbuf();
  good = all.str();
  const auto page = good.find(body) / 4096 * 4096;
  for (size_t bit = 0; bit < 32; ++bit)
    BOOST_TEST_CONTEXT("bit " << bit) {
      open_with_flipped((page + 12) * 8 + bit);
      store->done(q, 20);
      BOOST_CHECK_EXCEPTION(commit_all(*store), storage_error,
                            [](const storage_error& x) {
                              return x.kind() == storage_failure::fatal;
                            });
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
