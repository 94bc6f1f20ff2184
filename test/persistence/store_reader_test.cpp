#include "persistence/store_reader.hpp"

#include "persistence/keys.hpp"
#include "persistence/lmdb.hpp"
#include "persistence/storage_error.hpp"
#include "test/persistence/support.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <map>
#include <sstream>

namespace cafq::test {

namespace {

/// Remembers all it is told.
struct collector final : store_visitor {
  void topic(const topic_record& x) override {
    topics.push_back(x);
  }

  void channel(const channel_record& x) override {
    channels.push_back(x);
  }

  void block(queue_id queue, const stored_block& x) override {
    blocks[queue].push_back(x);
  }

  void deferred(queue_id queue, const deferred_message& x) override {
    deferreds[queue].push_back(x.key());
  }

  void damaged(queue_id, const std::string& what) override {
    problems.push_back(what);
  }

  void set_aside(queue_id queue) override {
    aside.push_back(queue);
  }

  void stray(queue_id queue) override {
    strays.push_back(queue);
  }

  std::vector<topic_record> topics;
  std::vector<channel_record> channels;
  std::map<queue_id, std::vector<stored_block>> blocks;
  std::map<queue_id, std::vector<deferred_key>> deferreds;
  std::vector<std::string> problems;
  std::vector<queue_id> aside;
  std::vector<queue_id> strays;
};

struct reader_fixture : store_fixture {
  queue_id q = named_queue("t");

  void close() {
    commit_all(*store);
    store = nullptr;
  }

  [[nodiscard]] std::string content() const {
    std::ostringstream result;
    result << std::ifstream{dir.store_file(), std::ios::binary}.rdbuf();
    return result.str();
  }

  [[nodiscard]] collector read() const {
    const auto before = content();
    collector result;
    store_reader{dir.path()}.read(result);
    BOOST_TEST((content() == before));
    return result;
  }

  void write(const std::function<void(lmdb::txn&)>& f) const {
    lmdb::env env{dir.store_file(), size_t{1} << 30};
    lmdb::txn writing{env, lmdb::txn::mode::write};
    f(writing);
    writing.commit();
  }

  [[nodiscard]] std::string refusal() const {
    try {
      store_reader{dir.path()};
    } catch (const storage_error& x) {
      BOOST_TEST((x.kind() == storage_failure::refused));
      return x.what();
    }
    return {};
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(store_reader_tests, reader_fixture)

BOOST_AUTO_TEST_CASE(finds_all_there_is_and_writes_nothing) {
  channel_record channel;
  channel.topic = "t";
  channel.name = "c";
  channel.queue = store->new_queue();
  store->put(channel);
  block_progress some;
  some.finished.set(1);
  some.attempts = {{0, 3}};
  store->keep(channel.queue, {make_block(1, 3), some});
  store->keep(channel.queue, {make_block(10, 2), {}});
  store->defer(q, {7, make_block(20, 1)});
  close();
  std::filesystem::remove(dir.path() / "cafq.mdb-lock");
  const auto found = read();
  BOOST_TEST(!std::filesystem::exists(dir.path() / "cafq.mdb-lock"));
  BOOST_TEST_REQUIRE(found.topics.size() == 1U);
  BOOST_TEST(found.topics.front().name == "t");
  BOOST_TEST_REQUIRE(found.channels.size() == 1U);
  BOOST_TEST((found.channels.front() == channel));
  const auto& blocks = found.blocks.at(channel.queue);
  BOOST_TEST(names(blocks) == (std::vector<uint64_t>{1, 10}),
             boost::test_tools::per_element());
  BOOST_TEST((blocks.front().progress == some));
  BOOST_TEST((found.deferreds.at(q).front() == deferred_key{7, 20}));
  BOOST_TEST(found.problems.empty());
  BOOST_TEST(found.strays.empty());
}

BOOST_AUTO_TEST_CASE(finds_a_flipped_bit_in_any_table) {
  block_progress some;
  some.finished.set(0);
  store->keep(q, {make_block(1, 3), some});
  store->defer(q, {7, make_block(20, 1)});
  close();
  for (const auto* table : {"names", "log", "ack", "defer"})
    BOOST_TEST_CONTEXT(table) {
      const auto flip = [&](lmdb::txn& in) {
        const auto where = in.create_table(table);
        lmdb::cursor at{in, where};
        BOOST_TEST_REQUIRE(at.first());
        const std::string key{at.key()};
        std::string value{at.value()};
        value.back() = static_cast<char>(value.back() ^ 1);
        in.put(where, key, value);
      };
      write(flip);
      BOOST_TEST(read().problems.size() == 1U);
      write(flip);
      BOOST_TEST(read().problems.empty());
    }
}

BOOST_AUTO_TEST_CASE(finds_wrong_counters_strays_and_rows_set_aside) {
  store->defer(q, {7, make_block(20, 1)});
  close();
  write([&](lmdb::txn& in) {
    in.put(in.create_table("damaged"), damaged_key(q, 'L', "key"), "value");
    in.erase(in.create_table("meta"), deferred_count_key(q));
  });
  BOOST_TEST(read().aside == std::vector<queue_id>{q},
             boost::test_tools::per_element());
  BOOST_TEST(read().problems.size() == 1U); // the counter is missing
  write([&](lmdb::txn& in) {
    in.erase(in.create_table("defer"), encode(defer_key{q, {7, 20}}));
    in.put(in.create_table("ack"), encode(ack_key{q, 99}), "progress");
  });
  BOOST_TEST(read().strays == std::vector<queue_id>{q},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(refuses_a_length_if_a_start_does_and_else_does_not) {
  for (uint64_t i = 1; i <= 20; ++i) { // makes free pages at the beginning
    store->keep(q, {make_block(i, 1), {}});
    commit_all(*store);
  }
  store->keep(q, {make_block({{100, 0, 0, std::string(100'000, 'x')}}), {}});
  commit_all(*store);
  store->done(q, 100); // and at the end
  close();
  const auto whole = content();
  size_t taken = 0;
  for (auto left = whole.size() - 1; left > 8192; left -= 1021) {
    std::ofstream{dir.store_file(), std::ios::binary} << whole.substr(0, left);
    const auto refused = refusal();
    BOOST_TEST((content() == whole.substr(0, left)));
    if (refused.empty())
      BOOST_TEST(read().blocks.at(q).size() == 20U);
    auto starts = true;
    try {
      static_cast<void>(open_message_store(dir.store_file()));
    } catch (const storage_error&) {
      starts = false;
    }
    BOOST_TEST(refused.empty() == starts, left << " bytes: " << refused);
    taken += starts ? 1U : 0U;
  }
  BOOST_TEST(taken > 0U);
}

BOOST_AUTO_TEST_CASE(refuses_what_it_cannot_read) {
  close();
  {
    const data_path broker{dir.path()};
    BOOST_TEST(refusal().find("in use by cafqd, pid ") != std::string::npos);
  }
  {
    const store_reader reader{dir.store_file()};
    BOOST_CHECK_EXCEPTION(data_path{dir.path()}, storage_error, [](auto& x) {
      return std::string_view{x.what()}.find("being read")
             != std::string_view::npos;
    });
  }
  write([](lmdb::txn& in) {
    in.put(in.create_table("meta"), "format",
           std::string_view("cafq\0\0\0\2", 8));
  });
  BOOST_TEST(refusal().find("format version 2") != std::string::npos);
  std::filesystem::resize_file(dir.store_file(), 0);
  BOOST_TEST(refusal().find("is empty") != std::string::npos);
  std::filesystem::remove(dir.store_file());
  BOOST_TEST(refusal().find("No such file") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
