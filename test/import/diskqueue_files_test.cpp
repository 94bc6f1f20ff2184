#include "persistence/import/diskqueue_files.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace cafq::test {

namespace {

using namespace nsqd;

/// A part as text: `2`, `2.bad` behind damage, and where it begins.
std::string text(const data_part& x) {
  return std::to_string(x.file.number) + (x.file.bad ? ".bad" : "")
         + (x.from_first_damage ? "?" : "") + "@" + std::to_string(x.from);
}

std::vector<std::string> texts(const queue_plan& x) {
  std::vector<std::string> result;
  for (const auto& part : x.parts)
    result.push_back(text(part));
  return result;
}

data_file file(uint64_t number, bool bad = false, uint64_t size = 1000) {
  const auto name = std::to_string(number);
  return {.path = name, .number = number, .bad = bad, .size = size};
}

using list = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(diskqueue_files_tests)

BOOST_AUTO_TEST_CASE(reads_names_of_files) {
  BOOST_TEST((parse_file_name("a.diskqueue.000012.dat")
              == file_name{{"a", ""}, 12, false}));
  BOOST_TEST((parse_file_name("a:b.c.diskqueue.1234567.dat.bad")
              == file_name{{"a", "b.c"}, 1234567, true}));
  BOOST_TEST((parse_file_name("a.diskqueue.b.diskqueue.meta.dat")
              == file_name{{"a.diskqueue.b", ""}, std::nullopt, false}));
  for (const auto* x :
       {"nsqd.dat", "a.diskqueue.meta.dat.123.tmp", "a.diskqueue.12",
        "a.diskqueue..dat", "a.diskqueue.-1.dat", "a.diskqueue.1x.dat",
        ".diskqueue.000000.dat", "a b.diskqueue.000000.dat",
        "a:.diskqueue.000000.dat", "a:b:c.diskqueue.000000.dat",
        "a#ephemeral.diskqueue.000000.dat",
        "a.diskqueue.99999999999999999999.dat"})
    BOOST_TEST(!parse_file_name(x), x);
}

BOOST_AUTO_TEST_CASE(reads_meta_files) {
  BOOST_TEST((parse_meta("6\n3,17\n4,192\n") == read_position{3, 17}));
  BOOST_TEST((parse_meta("-1\n0,0\n0,0\n") == read_position{}));
  for (const auto* x : {"", "6", "6\n", "6\n3", "6\n3,", "6\n3,1", "x\n3,1\n",
                        "6\n-3,1\n", "6\n3;1\n"})
    BOOST_TEST(!parse_meta(x), x);
}

BOOST_AUTO_TEST_CASE(goes_on_where_nsqd_was) {
  const auto found = plan({file(7), file(5), file(6)}, read_position{6, 100});
  BOOST_TEST(texts(found) == (list{"6@100", "7@0"}),
             boost::test_tools::per_element());
  BOOST_TEST(found.warnings.empty());
}

BOOST_AUTO_TEST_CASE(without_a_meta_file_takes_all) {
  BOOST_TEST(texts(plan({file(3), file(2)}, std::nullopt))
               == (list{"2@0", "3@0"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_comes_before_the_damage_in_a_bad_file_was_delivered) {
  BOOST_TEST(texts(plan({file(1), file(0, true)}, read_position{1, 5}))
               == (list{"0.bad?@0", "1@5"}),
             boost::test_tools::per_element());
  // A meta file from before that.
  BOOST_TEST(texts(plan({file(1), file(0, true)}, read_position{0, 5}))
               == (list{"0.bad@5", "1@0"}),
             boost::test_tools::per_element());
  BOOST_TEST(texts(plan({file(1), file(0, true)}, std::nullopt))
               == (list{"0.bad@0", "1@0"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(tells_of_what_is_missing) {
  const auto gap = plan({file(2), file(4)}, read_position{2, 0});
  BOOST_TEST(texts(gap) == (list{"2@0", "4@0"}),
             boost::test_tools::per_element());
  BOOST_TEST(gap.warnings.size() == 1U);
  BOOST_TEST(plan({file(3)}, read_position{2, 0}).warnings.size() == 1U);
  const auto cut = plan({file(2, false, 50)}, read_position{2, 60});
  BOOST_TEST(texts(cut) == list{"2@50"}, boost::test_tools::per_element());
  BOOST_TEST(cut.warnings.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
