#include "persistence/envelope.hpp"
#include "persistence/keys.hpp"
#include "persistence/lmdb.hpp"
#include "persistence/records.hpp"
#include "test/persistence/support.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace cafq::test {

namespace {

struct damage_fixture : store_fixture {
  queue_id q = named_queue("t");

  /// Flips a bit of a text that is once in the file.
  void damage(const std::string& text) {
    store = nullptr;
    std::ostringstream all;
    all << std::ifstream{dir.store_file(), std::ios::binary}.rdbuf();
    const auto at = all.str().find(text);
    BOOST_TEST_REQUIRE(at != std::string::npos);
    std::fstream file{dir.store_file(),
                      std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(text[0] ^ 4));
    file.close();
    store = open_message_store(dir.store_file(), options);
  }

  /// Puts rows into a table.
  void write(const char* name,
             const std::vector<std::pair<std::string, std::string>>& rows) {
    commit_all(*store);
    store = nullptr;
    {
      lmdb::env env{dir.store_file(), size_t{1} << 40};
      lmdb::txn writing{env, lmdb::txn::mode::write};
      const auto table = writing.create_table(name);
      for (const auto& [key, value] : rows)
        writing.put(table, key, value);
      writing.commit();
    }
    store = open_message_store(dir.store_file(), options);
  }

  /// Flips a bit in all rows of a table.
  void damage_table(const char* name) {
    store = nullptr;
    {
      lmdb::env env{dir.store_file(), size_t{1} << 40};
      lmdb::txn writing{env, lmdb::txn::mode::write};
      const auto table = writing.create_table(name);
      std::vector<std::pair<std::string, std::string>> rows;
      {
        lmdb::cursor at{writing, table};
        for (auto more = at.first(); more; more = at.next())
          rows.emplace_back(at.key(), at.value());
      }
      for (auto& [key, value] : rows) {
        value.back() = static_cast<char>(value.back() ^ 1);
        writing.put(table, key, value);
      }
      writing.commit();
    }
    store = open_message_store(dir.store_file(), options);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(damage_tests, damage_fixture)

BOOST_AUTO_TEST_CASE(a_damaged_block_is_set_aside_and_the_rest_goes_on) {
  for (uint64_t i = 1; i <= 3; ++i)
    store->keep(
      q, {make_block({{i * 10, 0, 0, "body-" + std::to_string(i)}}), {}});
  commit_all(*store);
  damage("body-2");
  BOOST_TEST(store->damaged_blocks() == 0U); // nobody looked yet
  BOOST_TEST(names(store->read(q, 0, 2)) == (std::vector<uint64_t>{10, 30}),
             boost::test_tools::per_element());
  BOOST_TEST(store->damaged_blocks() == 1U);
  BOOST_TEST(store->summary(q).messages == 2U);
  BOOST_TEST(store->read(q, 0, 10).size() == 2U);
  commit_all(*store);
  reopen();
  BOOST_TEST(store->damaged_blocks() == 1U);
  BOOST_TEST(store->summary(q).messages == 2U);
  store->begin_group();
  store->erase_topic("t");
  store->drop(q);
  store->end_group();
  commit_all(*store);
  while (store->sweep(100)) {
    // nop
  }
  reopen();
  BOOST_TEST(store->damaged_blocks() == 0U);
}

BOOST_AUTO_TEST_CASE(a_damaged_deferred_message_is_set_aside) {
  store->defer(q, {1, make_block({{1, 0, 0, "first one"}})});
  store->defer(q, {2, make_block({{2, 0, 0, "second one"}})});
  commit_all(*store);
  damage("first one");
  BOOST_TEST(store->due(q, 10, 1).size() == 1U);
  BOOST_TEST(store->damaged_blocks() == 1U);
  BOOST_TEST(store->summary(q).deferred == 1U);
  commit_all(*store);
  reopen();
  BOOST_TEST(store->summary(q).deferred == 1U);
  BOOST_TEST(store->damaged_blocks() == 1U);
}

BOOST_AUTO_TEST_CASE(damaged_progress_means_delivered_again) {
  block_progress all;
  all.finished.set(0).set(1);
  store->keep(q, {make_block(1, 10), all});
  commit_all(*store);
  damage_table("ack");
  BOOST_TEST(store->damaged_blocks() == 1U);
  BOOST_TEST(store->summary(q).messages == 10U);
  BOOST_TEST(store->read(q, 0, 1).front().progress.empty());
  commit_all(*store);
  reopen();
  BOOST_TEST(store->damaged_blocks() == 0U);
}

BOOST_AUTO_TEST_CASE(a_damaged_name_does_not_cost_its_messages) {
  store->keep(q, {make_block(1, 10), {}});
  commit_all(*store);
  damage_table("names");
  BOOST_TEST(store->damaged_blocks() == 1U);
  BOOST_TEST(store->topics().empty());
  BOOST_TEST(!store->sweep(1000));
  BOOST_TEST(store->read(q, 0, 10).size() == 1U);
  BOOST_TEST(store->new_queue() > q);
}

BOOST_AUTO_TEST_CASE(damaged_counters_are_counted_anew) {
  for (uint64_t i = 0; i < 5; ++i)
    store->defer(q, {1, make_block(i, 1)});
  commit_all(*store);
  store = nullptr;
  {
    lmdb::env env{dir.store_file(), size_t{1} << 40};
    lmdb::txn writing{env, lmdb::txn::mode::write};
    const auto meta = writing.create_table("meta");
    writing.put(meta, deferred_count_key(q), "nonsense");
    writing.put(meta, "next queue", "nonsense");
    writing.commit();
  }
  store = open_message_store(dir.store_file(), options);
  BOOST_TEST(store->summary(q).deferred == 5U);
  BOOST_TEST(store->new_queue() > q);
}

BOOST_AUTO_TEST_CASE(keys_too_short_for_a_queue_hide_none) {
  store->defer(q, {1, make_block(1, 1)});
  commit_all(*store);
  store = nullptr;
  {
    lmdb::env env{dir.store_file(), size_t{1} << 40};
    lmdb::txn writing{env, lmdb::txn::mode::write};
    const auto tables = {writing.create_table("ack"),
                         writing.create_table("defer"),
                         writing.create_table("damaged")};
    for (const auto table : tables)
      for (const auto key :
           {std::string_view("\0\0\0", 3), std::string_view("\0", 1),
            std::string_view("x"), std::string_view("\xff\xff\xff", 3)})
        writing.put(table, key, "nonsense");
    // Behind the short ones, too.
    writing.put(*tables.begin(), queue_prefix(UINT32_MAX), "nonsense");
    writing.commit();
  }
  store = open_message_store(dir.store_file(), options);
  BOOST_TEST(store->summary(q).deferred == 1U);
  BOOST_TEST(store->due(q, 10, 10).size() == 1U);
  commit_all(*store);
}

BOOST_AUTO_TEST_CASE(keys_that_no_block_can_have_do_not_end_the_log) {
  const auto last = encode(log_key{
    .id = UINT64_MAX, .queue = q, .count = 1, .first = 1000, .span = 0});
  const auto many = encode(
    log_key{.id = 900, .queue = q, .count = 1000, .first = 1000, .span = 0});
  for (const auto& key : {std::string{"\xff"}, std::string{"x"}, last, many})
    for (const auto& value : {std::string{"g"}, seal(key, "text")})
      BOOST_TEST_CONTEXT(key.size() << " bytes, " << value.size()) {
        store->keep(q, {make_block(10, 1), {}});
        write("log", {{key, value}});
        BOOST_TEST(store->damaged_blocks() > 0u);
        store->keep(q, {make_block(20, 1), {}});
        commit_all(*store);
        reopen();
        BOOST_TEST(names(store->read(q, 0, 10))
                     == (std::vector<uint64_t>{10, 20}),
                   boost::test_tools::per_element());
        store->done(q, 10);
        store->done(q, 20);
        commit_all(*store);
      }
}

BOOST_AUTO_TEST_CASE(progress_of_more_than_the_block_is_none) {
  store->keep(q, {make_block(10, 3), {}});
  block_progress finished;
  finished.finished.set();
  block_progress attempts;
  attempts.attempts = {{65535, 7}};
  const auto key = encode(ack_key{q, 1});
  for (const auto& x : {finished, attempts}) {
    write("ack", {{key, encode_progress(key, x)}});
    BOOST_TEST(store->summary(q).messages == 3u);
    const auto found = store->read(q, 0, 10);
    BOOST_TEST_REQUIRE(found.size() == 1u);
    BOOST_TEST(found.front().progress.empty());
  }
}

BOOST_AUTO_TEST_CASE(of_two_blocks_with_one_number_the_first_counts) {
  store->keep(q, {make_block(10, 3), {}});
  const auto key
    = encode(log_key{.id = 77, .queue = q, .count = 2, .first = 10, .span = 1});
  std::string value(block_record_size(*make_block(10, 2)), '\0');
  encode_block(key, *make_block(10, 2), value.data());
  write("log", {{key, value}});
  BOOST_TEST(store->damaged_blocks() == 1u);
  BOOST_TEST(store->summary(q).messages == 3u);
  store->done(q, 10);
  commit_all(*store);
  BOOST_TEST(store->summary(q).messages == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
