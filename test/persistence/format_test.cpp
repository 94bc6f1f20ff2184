#include "persistence/lmdb.hpp"
#include "persistence/storage_error.hpp"
#include "test/persistence/support.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <functional>
#include <sstream>

namespace cafq::test {

namespace {

using mode = lmdb::txn::mode;

struct format_fixture {
  scratch_directory dir;

  [[nodiscard]] std::string content() const {
    std::ostringstream result;
    result << std::ifstream{dir.store_file(), std::ios::binary}.rdbuf();
    return result.str();
  }

  void write(const std::function<void(lmdb::txn&)>& f) const {
    lmdb::env env{dir.store_file(), size_t{1} << 30};
    lmdb::txn writing{env, mode::write};
    f(writing);
    writing.commit();
  }

  /// Checks that the file is refused with this text, and left alone.
  void check_refusal(std::string_view text) const {
    const auto before = content();
    BOOST_CHECK_EXCEPTION(
      static_cast<void>(open_message_store(dir.store_file())), storage_error,
      [text](const storage_error& x) {
        BOOST_TEST_MESSAGE(x.what());
        return x.kind() == storage_failure::refused
               && std::string_view{x.what()}.find(text) != std::string::npos;
      });
    BOOST_TEST((content() == before));
  }

  void make_store() const {
    auto store = open_message_store(dir.store_file());
    topic_record x;
    x.name = "t";
    x.queue = store->new_queue();
    store->put(x);
    store->keep(x.queue, {make_block(1, 256), {}});
    for (uint64_t i = 0; i < 100; ++i)
      store->keep(x.queue,
                  {make_block({{1000 + i, 0, 0, std::string(5000, 'x')}}), {}});
    commit_all(*store);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(format_tests, format_fixture)

BOOST_AUTO_TEST_CASE(refuses_what_is_not_lmdb) {
  std::ofstream{dir.store_file()} << std::string(10'000, 'x');
  check_refusal("not a message store of cafqd");
  BOOST_TEST(!std::filesystem::exists(dir.path() / "cafq.mdb-lock"));
}

BOOST_AUTO_TEST_CASE(refuses_a_few_bytes) {
  std::ofstream{dir.store_file()} << "x";
  check_refusal("cut short");
}

BOOST_AUTO_TEST_CASE(refuses_the_tables_of_others) {
  write([](lmdb::txn& x) { x.create_table("theirs"); });
  check_refusal("not a message store of cafqd");
}

BOOST_AUTO_TEST_CASE(refuses_rows_without_tables) {
  write([](lmdb::txn& x) { x.put(1, "meta", "a plain row"); });
  check_refusal("MDB_INCOMPATIBLE");
}

BOOST_AUTO_TEST_CASE(refuses_another_meaning_of_format) {
  write([](lmdb::txn& x) { x.put(x.create_table("meta"), "format", "2.0"); });
  check_refusal("not a message store of cafqd");
}

BOOST_AUTO_TEST_CASE(refuses_a_newer_version) {
  make_store();
  write([](lmdb::txn& x) {
    x.put(x.create_table("meta"), "format",
          std::string_view("cafq\0\0\0\2", 8));
  });
  check_refusal("has format version 2, this cafqd knows 1");
}

BOOST_AUTO_TEST_CASE(refuses_a_file_that_was_cut_anywhere) {
  make_store();
  const auto whole = content();
  for (auto left = whole.size() - 1; left > 0; left -= std::min(left, 1021UL)) {
    std::ofstream{dir.store_file(), std::ios::binary} << whole.substr(0, left);
    BOOST_TEST_CONTEXT(left << " of " << whole.size() << " bytes")
    check_refusal("cut short");
  }
}

BOOST_AUTO_TEST_CASE(takes_an_empty_file_for_a_new_one) {
  std::ofstream{dir.store_file()} << "";
  make_store();
  BOOST_TEST(open_message_store(dir.store_file())->topics().size() == 1U);
}

BOOST_AUTO_TEST_CASE(takes_what_a_crash_left_of_the_first_start) {
  write([](lmdb::txn&) {});
  make_store();
  BOOST_TEST(open_message_store(dir.store_file())->topics().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
