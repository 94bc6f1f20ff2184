#include "persistence/restore.hpp"

#include "persistence/lmdb.hpp"
#include "persistence/storage_error.hpp"
#include "test/persistence/support.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <unistd.h>

namespace cafq::test {

namespace {

constexpr uint64_t now_us = 1'800'000'000'000'000;

std::string content(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

struct copy_fixture : store_fixture {
  scratch_directory target;
  std::filesystem::path backup = dir.path() / "backup";
  queue_id q = named_queue("t");

  /// More than LMDB writes at a time.
  void fill(uint64_t from = 1, uint64_t blocks = 100) {
    for (auto i = from; i != from + blocks; ++i)
      store->keep(q, {make_block({{i, 7, 1, std::string(60'000, 'x')}}), {}});
    commit_all(*store);
  }

  /// Takes one as mdb_copy does.
  void take_backup() {
    store = nullptr;
    lmdb::env env{lmdb::env::open_for_reading(dir.store_file(), 1 << 30)};
    const auto to = ::open(backup.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    env.copy(to);
    ::close(to);
  }

  void restore() {
    restore_store(backup, data_path{target.path()}, now_us);
  }

  [[nodiscard]] std::string refusal() {
    try {
      restore();
    } catch (const storage_error& x) {
      BOOST_TEST((x.kind() == storage_failure::refused));
      return x.what();
    }
    return {};
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(restore_tests, copy_fixture)

BOOST_AUTO_TEST_CASE(a_restored_store_has_what_was_there) {
  fill();
  take_backup();
  restore();
  const auto found = open_message_store(target.store_file());
  BOOST_TEST(found->summary(q).messages == 100U);
  BOOST_TEST(found->read(q, 0, 1)[0].body->body(0).size() == 60'000U);
}

BOOST_AUTO_TEST_CASE(numbers_do_not_come_again_after_a_restore) {
  topic_record ahead;
  ahead.name = "ahead";
  ahead.queue = store->new_queue();
  ahead.reserved = 2 * now_us;
  store->put(ahead);
  commit_all(*store);
  take_backup();
  restore();
  const auto found = open_message_store(target.store_file());
  for (const auto& x : found->topics())
    BOOST_TEST(x.reserved
               == (x.name == "ahead" ? 2 * now_us : now_us) + restored_ahead);
}

BOOST_AUTO_TEST_CASE(refuses_a_place_that_has_a_store) {
  take_backup();
  restore();
  BOOST_TEST(refusal().find("is there already") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_backup) {
  std::ofstream{backup} << "nothing of the kind";
  BOOST_TEST(refusal() != "");
  fill();
  take_backup();
  const auto whole = content(backup);
  for (const auto size : {whole.size() - 1, whole.size() / 2, size_t{10'000}}) {
    std::filesystem::resize_file(backup, size);
    BOOST_TEST(refusal().find("cut short") != std::string::npos);
  }
  BOOST_TEST(!std::filesystem::exists(target.store_file()));
}

BOOST_AUTO_TEST_CASE(compacts_what_is_left) {
  fill();
  for (uint64_t i = 2; i <= 100; ++i)
    store->done(q, i);
  commit_all(*store);
  store = nullptr;
  const auto before = std::filesystem::file_size(dir.store_file());
  const auto smaller = compact_store(data_path{dir.path()});
  BOOST_TEST(smaller > 0U);
  BOOST_TEST(std::filesystem::file_size(dir.store_file()) == before - smaller);
  reopen();
  BOOST_TEST(store->summary(q).messages == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
