#include "persistence/restore.hpp"

#include "persistence/storage_error.hpp"
#include "persistence/store_copy.hpp"
#include "test/persistence/support.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>

namespace cafq::test {

namespace {

constexpr uint64_t now_us = 1'800'000'000'000'000;

/// All of a copy.
std::string read_all(store_copy& x) {
  std::string result;
  for (auto piece = x.read(10'000); !piece.empty(); piece = x.read(10'000))
    result += piece;
  return result;
}

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

  void take_backup() {
    std::ofstream{backup, std::ios::binary} << read_all(*store->copy());
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

BOOST_AUTO_TEST_CASE(a_copy_is_the_store_of_one_moment) {
  fill();
  const auto copy = store->copy();
  auto bytes = copy->read(10'000);
  // What happens meanwhile is not in it.
  for (uint64_t i = 1; i <= 100; ++i)
    store->done(q, i);
  fill(200, 50);
  bytes += read_all(*copy);
  std::ofstream{backup, std::ios::binary} << bytes;
  restore();
  const auto found = open_message_store(target.store_file());
  BOOST_TEST(found->summary(q).messages == 100U);
  BOOST_TEST(found->read(q, 0, 1)[0].body->body(0).size() == 60'000U);
}

BOOST_AUTO_TEST_CASE(a_copy_has_no_free_pages) {
  fill();
  for (uint64_t i = 1; i <= 99; ++i)
    store->done(q, i);
  commit_all(*store);
  BOOST_TEST(read_all(*store->copy()).size()
             < std::filesystem::file_size(dir.store_file()) / 10);
}

BOOST_AUTO_TEST_CASE(a_copy_can_be_broken_off) {
  fill();
  const auto copy = store->copy();
  static_cast<void>(copy->read(10'000));
  copy->cancel("enough");
  BOOST_CHECK_EXCEPTION(
    static_cast<void>(copy->read(10'000)), storage_error,
    [](const auto& x) { return std::string{x.what()} == "enough"; });
  fill(300, 1); // the store goes on
}

BOOST_AUTO_TEST_CASE(a_copy_that_nobody_reads_on_just_goes) {
  fill();
  static_cast<void>(store->copy()->read(10));
  fill(300, 1);
}

BOOST_AUTO_TEST_CASE(a_copy_tells_how_much_the_file_grows) {
  fill();
  const auto copy = store->copy();
  static_cast<void>(copy->read(10'000));
  BOOST_TEST(copy->growth() == 0U);
  fill(300, 100);
  BOOST_TEST(copy->growth() > 5'000'000U);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_mapped_anew_ends_a_copy) {
  options.map_size = 8 << 20;
  reopen();
  fill();
  const auto copy = store->copy();
  static_cast<void>(copy->read(10'000));
  fill(300, 200);
  BOOST_CHECK_THROW(static_cast<void>(read_all(*copy)), storage_error);
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
