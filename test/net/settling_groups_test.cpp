#include "net/nsq/settling.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;

namespace cafq {

namespace {

using kind = settling_groups::kind;
using list = std::vector<uint64_t>;

std::vector<settling_groups::group> take(settling_groups& from) {
  std::vector<settling_groups::group> result;
  from.take([&](auto& x) { result.push_back(std::move(x)); });
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(settling_groups_tests)

BOOST_AUTO_TEST_CASE(like_ones_in_a_row_share_a_group) {
  settling_groups uut;
  uut.finish(1);
  uut.finish(2);
  uut.finish(3);
  const auto groups = take(uut);
  BOOST_TEST_REQUIRE(groups.size() == 1u);
  BOOST_TEST((groups[0].command == kind::fin));
  BOOST_TEST(groups[0].numbers->list == (list{1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(keeps_the_order_of_different_ones) {
  settling_groups uut;
  uut.set_ready_count(0);
  uut.finish(1);
  uut.touch(2);
  uut.requeue(3, 10s);
  uut.requeue(4, 0s);
  uut.finish(5);
  const auto groups = take(uut);
  BOOST_TEST_REQUIRE(groups.size() == 5u);
  BOOST_TEST((groups[0].command == kind::rdy));
  BOOST_TEST(groups[0].ready_count == 0u);
  BOOST_TEST((groups[1].command == kind::fin));
  BOOST_TEST(groups[1].numbers->list == (list{1}));
  BOOST_TEST((groups[2].command == kind::touch));
  BOOST_TEST(groups[2].numbers->list == (list{2}));
  BOOST_TEST((groups[3].command == kind::req));
  BOOST_TEST_REQUIRE(groups[3].requeues->list.size() == 2u);
  BOOST_TEST(groups[3].requeues->list[0].number == 3u);
  BOOST_TEST((groups[3].requeues->list[0].delay == 10s));
  BOOST_TEST(groups[3].requeues->list[1].number == 4u);
  BOOST_TEST((groups[4].command == kind::fin));
  BOOST_TEST(groups[4].numbers->list == (list{5}));
}

BOOST_AUTO_TEST_CASE(the_last_rdy_in_a_row_counts) {
  settling_groups uut;
  uut.set_ready_count(5);
  uut.set_ready_count(7);
  const auto groups = take(uut);
  BOOST_TEST_REQUIRE(groups.size() == 1u);
  BOOST_TEST(groups[0].ready_count == 7u);
}

BOOST_AUTO_TEST_CASE(take_leaves_nothing) {
  settling_groups uut;
  BOOST_TEST(uut.empty());
  uut.finish(1);
  BOOST_TEST(!uut.empty());
  BOOST_TEST(take(uut).size() == 1u);
  BOOST_TEST(uut.empty());
  uut.finish(2);
  BOOST_TEST(take(uut).at(0).numbers->list == (list{2}));
}

BOOST_AUTO_TEST_CASE(clear_forgets_all) {
  settling_groups uut;
  uut.finish(1);
  uut.clear();
  BOOST_TEST(uut.empty());
  BOOST_TEST(take(uut).empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq
