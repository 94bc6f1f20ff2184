#include "tools/cafq/bench/proc_stat.hpp"

#include "tools/cafq/error.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::literals;
using cafq::bench::parse_proc_stat;

namespace {

constexpr auto stat = "4711 (a (b) c) S 1 4711 4711 0 -1 4194560 1 2 3 4 "
                      "150 25 0 0 20 0 8 0 100 1000 200\n"sv;
constexpr auto status = "Name:\ta\nVmHWM:\t   20480 kB\n"
                        "RssAnon:\t    8192 kB\nRssFile:\t 1 kB\n"sv;

} // namespace

BOOST_AUTO_TEST_SUITE(proc_stat_tests)

BOOST_AUTO_TEST_CASE(reads_times_behind_a_name_with_blanks) {
  const auto parsed = parse_proc_stat(stat, status, 100);
  BOOST_TEST_REQUIRE(parsed.has_value());
  BOOST_TEST((parsed->user == 1500ms));
  BOOST_TEST((parsed->system == 250ms));
  BOOST_TEST((parsed->cpu() == 1750ms));
}

BOOST_AUTO_TEST_CASE(reads_memory) {
  const auto parsed = parse_proc_stat(stat, status, 100);
  BOOST_TEST_REQUIRE(parsed.has_value());
  BOOST_TEST(parsed->rss_anon_kb == 8192U);
  BOOST_TEST(parsed->rss_peak_kb == 20480U);
}

BOOST_AUTO_TEST_CASE(has_no_memory_without_its_lines) {
  const auto parsed = parse_proc_stat(stat, "", 100);
  BOOST_TEST_REQUIRE(parsed.has_value());
  BOOST_TEST(parsed->rss_anon_kb == 0U);
}

BOOST_AUTO_TEST_CASE(adds_both_kinds_of_switches) {
  BOOST_TEST(cafq::bench::parse_switches("Threads:\t3\n"
                                         "voluntary_ctxt_switches:\t40\n"
                                         "nonvoluntary_ctxt_switches:\t2\n")
             == 42U);
}

BOOST_AUTO_TEST_CASE(refuses_a_cut_line) {
  BOOST_TEST(!parse_proc_stat("4711 (a) S 1 2", status, 100).has_value());
  BOOST_TEST(!parse_proc_stat("", "", 100).has_value());
}

BOOST_AUTO_TEST_CASE(says_when_there_is_no_such_process) {
  BOOST_CHECK_THROW((void)cafq::bench::read_proc_stat(-1), cafq::tool::error);
}

BOOST_AUTO_TEST_SUITE_END()
