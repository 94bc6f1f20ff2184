#include "persistence/lmdb.hpp"

#include "test/persistence/support.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstring>

namespace cafq::test {

namespace {

struct lmdb_fixture {
  using mode = lmdb::txn::mode;

  scratch_directory dir;
  lmdb::env env{dir.store_file(), size_t{1} << 40};
  lmdb::table table = [this] {
    lmdb::txn writing{env, mode::write};
    const auto result = writing.create_table("table");
    writing.commit();
    return result;
  }();

  void put(std::string_view key, std::string_view value) {
    lmdb::txn writing{env, mode::write};
    writing.put(table, key, value);
    writing.commit();
  }

  std::string get(std::string_view key) {
    lmdb::txn reading{env, mode::read};
    return std::string{reading.get(table, key).value_or("(none)")};
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(lmdb_tests, lmdb_fixture)

BOOST_AUTO_TEST_CASE(rows_come_and_go) {
  put("a", "1");
  BOOST_TEST(get("a") == "1");
  BOOST_TEST(get("b") == "(none)");
  lmdb::txn writing{env, mode::write};
  BOOST_TEST(!writing.insert(table, "a", "2"));
  BOOST_TEST(writing.insert(table, "b", "2"));
  BOOST_TEST(writing.rows(table) == 2U);
  BOOST_TEST(writing.erase(table, "a"));
  BOOST_TEST(!writing.erase(table, "a"));
  std::memcpy(writing.append(table, "c", 3), "new", 3);
  writing.commit();
  BOOST_TEST(get("a") == "(none)");
  BOOST_TEST(get("b") == "2");
  BOOST_TEST(get("c") == "new");
}

BOOST_AUTO_TEST_CASE(a_transaction_that_is_not_committed_leaves_nothing) {
  {
    lmdb::txn writing{env, mode::write};
    writing.put(table, "a", "1");
  }
  BOOST_TEST(get("a") == "(none)");
}

BOOST_AUTO_TEST_CASE(cursors_walk_in_key_order) {
  put("b", "2");
  put("a", "1");
  put("d", "4");
  lmdb::txn reading{env, mode::read};
  lmdb::cursor at{reading, table};
  BOOST_TEST(at.first());
  BOOST_TEST(at.key() == "a");
  BOOST_TEST(at.next());
  BOOST_TEST(at.value() == "2");
  BOOST_TEST(at.seek("c"));
  BOOST_TEST(at.key() == "d");
  BOOST_TEST(!at.next());
  BOOST_TEST(!at.seek("e"));
  BOOST_TEST(at.last());
  BOOST_TEST(at.key() == "d");
}

BOOST_AUTO_TEST_CASE(a_snapshot_sees_the_present) {
  lmdb::txn reading{env, mode::read};
  reading.reset();
  put("a", "1");
  const lmdb::snapshot now{reading};
  BOOST_TEST(reading.get(table, "a").value_or("") == "1");
}

BOOST_AUTO_TEST_CASE(errors_name_the_call) {
  lmdb::txn writing{env, mode::write};
  BOOST_CHECK_EXCEPTION(
    writing.put(table, "", "empty key"), lmdb::error, [](const lmdb::error& x) {
      return std::string_view{x.what()}.starts_with("mdb_put: ");
    });
}

BOOST_AUTO_TEST_CASE(faults_strike_before_the_call) {
  env.fault([](const char*) { return ENOSPC; });
  lmdb::txn writing{env, mode::write};
  BOOST_CHECK_EXCEPTION(
    writing.put(table, "a", "1"), lmdb::error,
    [](const lmdb::error& x) { return x.code() == ENOSPC; });
  env.fault({});
  writing.commit();
  BOOST_TEST(get("a") == "(none)");
}

BOOST_AUTO_TEST_CASE(used_pages_follow_the_data) {
  const auto used = [this] {
    lmdb::txn reading{env, mode::read};
    return reading.used_pages({&table, 1});
  };
  const auto before = used();
  put("a", std::string(400'000, 'x'));
  BOOST_TEST(used() >= before + 400'000 / env.page_size());
  BOOST_TEST(used() <= env.pages());
  {
    lmdb::txn writing{env, mode::write};
    writing.erase(table, "a");
    writing.commit();
  }
  BOOST_TEST(used() < before + 10);
  BOOST_TEST(env.pages() > used() + 90);
}

BOOST_AUTO_TEST_CASE(a_full_map_grows) {
  const scratch_directory other;
  lmdb::env small{other.store_file(), size_t{64} * 4096};
  const auto write = [&] {
    lmdb::txn writing{small, mode::write};
    const auto where = writing.create_table("table");
    writing.put(where, "a", std::string(300'000, 'x'));
    writing.commit();
  };
  BOOST_CHECK_EXCEPTION(write(), lmdb::error,
                        [](const lmdb::error& x) { return x.map_full(); });
  small.grow();
  write();
  BOOST_TEST(small.pages() > 64U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
