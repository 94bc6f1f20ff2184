#include "test/persistence/support.hpp"

#include <boost/test/unit_test.hpp>

using namespace cafq;
using namespace cafq::test;

BOOST_AUTO_TEST_SUITE(block_gaps_tests)

BOOST_AUTO_TEST_CASE(each_message_keeps_what_it_came_with) {
  const std::vector<text> all{{5, 1, 2, "a"}, {9, 3, 0, ""}, {70, 2, 9, "ccc"}};
  const auto x = make_block(all);
  BOOST_TEST(texts(*x) == all, boost::test_tools::per_element());
  BOOST_TEST(x->first_number() == 5U);
  BOOST_TEST(x->last_number() == 70U);
  BOOST_TEST(x->bytes() == 4U);
  BOOST_TEST(texts(*queue::block::extract(*x, 2)).front() == all[2]);
}

BOOST_AUTO_TEST_CASE(finds_numbers_among_gaps) {
  const auto x = make_block({{5, 0, 0, ""}, {9, 0, 0, ""}, {70, 0, 0, ""}});
  for (size_t i = 0; i < x->count(); ++i)
    BOOST_TEST((x->index_of(x->number(i)) == i));
  for (uint64_t missing : {0U, 4U, 6U, 8U, 10U, 69U, 71U})
    BOOST_TEST(!x->index_of(missing));
}

BOOST_AUTO_TEST_CASE(finds_numbers_without_gaps) {
  const std::string_view bodies[] = {"a", "b", "c"};
  const auto x = queue::block::make(bodies, 1);
  x->number_from(uint64_t{1} << 40);
  BOOST_TEST((x->index_of((uint64_t{1} << 40) + 2) == 2U));
  BOOST_TEST(!x->index_of((uint64_t{1} << 40) + 3));
  BOOST_TEST(!x->index_of(0));
  BOOST_TEST(x->attempts(1) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
