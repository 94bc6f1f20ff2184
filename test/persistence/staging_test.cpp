#include "persistence/staging.hpp"

#include <boost/test/unit_test.hpp>

namespace cafq::test {

namespace {

using kind = staged_op::kind;

staged_op
make_put(const std::string& key, size_t size = 9, area where = area::ack) {
  staged_op x;
  x.what = kind::put;
  x.where = where;
  x.key = key;
  x.value.assign(size, 'v');
  return x;
}

staged_op make_block(const std::string& key) {
  return make_put(key, 9, area::log);
}

} // namespace

BOOST_AUTO_TEST_SUITE(staging_tests)

BOOST_AUTO_TEST_CASE(finds_the_latest_of_a_row) {
  staging x;
  x.append(make_put("a", 1));
  x.append(make_put("a", 2));
  BOOST_TEST(x.find(area::ack, "a")->value.size() == 2U);
  BOOST_TEST(x.find(area::log, "a") == nullptr);
  x.release(1);
  BOOST_TEST(x.find(area::ack, "a")->value.size() == 2U);
  x.release(2);
  BOOST_TEST(x.find(area::ack, "a") == nullptr);
  BOOST_TEST(x.bytes() == 0U);
  BOOST_TEST(x.begin() == 2U);
}

BOOST_AUTO_TEST_CASE(cuts_by_size_but_takes_one_at_least) {
  staging x;
  for (const auto* key : {"a", "b", "c"})
    x.append(make_block(key));
  BOOST_TEST(x.bytes() == 30U);
  BOOST_TEST(x.cut(100) == 3U);
  BOOST_TEST(x.cut(20) == 2U);
  BOOST_TEST(x.cut(19) == 1U);
  BOOST_TEST(x.cut(0) == 1U);
}

BOOST_AUTO_TEST_CASE(never_cuts_a_group) {
  staging x;
  x.append(make_block("a"));
  x.begin_group();
  x.append(make_block("b"));
  x.append(make_block("c"));
  x.end_group();
  x.begin_group();
  x.append(make_block("d"));
  x.end_group();
  BOOST_TEST(x.cut(20) == 1U);
  x.release(1);
  BOOST_TEST(x.cut(1) == 3U);
  BOOST_TEST(x.cut(30) == 4U);
}

BOOST_AUTO_TEST_CASE(counts_a_page_for_rows_all_over_the_file) {
  staging x;
  for (int i = 0; i < 100; ++i)
    x.append(make_put(std::to_string(i)));
  BOOST_TEST(x.cut(100'000) < 50U);
  BOOST_TEST(x.cut(100'000) > 20U);
}

BOOST_AUTO_TEST_CASE(an_open_group_is_not_ready) {
  staging x;
  x.begin_group();
  x.append(make_put("a"));
  BOOST_TEST(!x.has_ready());
  BOOST_TEST(x.cut(100) == x.begin());
  x.end_group();
  BOOST_TEST(x.has_ready());
  BOOST_TEST(x.cut(100) == x.end());
}

BOOST_AUTO_TEST_CASE(replaces_only_puts_and_only_outside_of_groups) {
  staging x;
  x.append(make_put("a", 5));
  auto* op = x.replaceable(area::ack, "a");
  BOOST_TEST_REQUIRE(op != nullptr);
  x.replace(*op, kind::put, "new");
  BOOST_TEST(x.bytes() == 4U);
  x.begin_group();
  BOOST_TEST(x.replaceable(area::ack, "a") == nullptr);
  x.end_group();
  x.replace(*op, kind::erase);
  BOOST_TEST(x.replaceable(area::ack, "a") == nullptr);
  BOOST_TEST(x.replaceable(area::ack, "b") == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
