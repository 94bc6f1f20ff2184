#include "tools/cafq/bench/delivery_log.hpp"

#include "tools/cafq/error.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using cafq::bench::body_header;
using cafq::bench::delivery_log;
using cafq::bench::order;

namespace {

constexpr auto our_run = cafq::bench::to_run(1);
constexpr auto other_run = cafq::bench::to_run(2);

std::string body(std::uint64_t sequence, std::uint32_t producer = 0,
                 std::uint32_t run = our_run) {
  std::string result(body_header::size, '\0');
  cafq::bench::store(result.data(),
                     {.run = run, .producer = producer, .sequence = sequence});
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(delivery_log_tests)

BOOST_AUTO_TEST_CASE(counts_each_message_once) {
  delivery_log log{our_run};
  order place;
  log.note(body(0), place);
  log.note(body(0, 1), place);
  log.note(body(1), place);
  log.note(body(0), place);
  BOOST_TEST(log.distinct() == 3U);
  BOOST_TEST(log.duplicates() == 1U);
  BOOST_TEST(log.out_of_order() == 0U);
}

BOOST_AUTO_TEST_CASE(counts_who_comes_after_a_later_one) {
  delivery_log log{our_run};
  order place;
  for (const auto sequence : {0U, 3U, 1U, 2U, 4U})
    log.note(body(sequence), place);
  BOOST_TEST(log.distinct() == 5U);
  BOOST_TEST(log.out_of_order() == 2U);
}

BOOST_AUTO_TEST_CASE(does_not_compare_consumers_with_each_other) {
  delivery_log log{our_run};
  order place;
  order other;
  log.note(body(1), place);
  log.note(body(0), other);
  log.note(body(3), other);
  log.note(body(2), place);
  BOOST_TEST(log.out_of_order() == 0U);
  BOOST_TEST(log.distinct() == 4U);
}

BOOST_AUTO_TEST_CASE(expects_again_what_it_gave_back) {
  delivery_log log{our_run};
  order place;
  log.note(body(0), place);
  log.give_back(body(0));
  log.note(body(1), place);
  BOOST_TEST(log.distinct() == 1U);
  log.note(body(0), place, 2);
  BOOST_TEST(log.distinct() == 2U);
  BOOST_TEST(log.given_back() == 1U);
  BOOST_TEST(log.duplicates() == 0U);
  BOOST_TEST(log.out_of_order() == 0U);
}

BOOST_AUTO_TEST_CASE(grows_with_the_sequence) {
  delivery_log log{our_run};
  order place;
  log.note(body(5'000'000), place);
  log.note(body(5'000'000), place);
  BOOST_TEST(log.distinct() == 1U);
  BOOST_TEST(log.duplicates() == 1U);
}

BOOST_AUTO_TEST_CASE(does_not_count_what_is_not_of_its_run) {
  delivery_log log{our_run};
  order place;
  log.note(body(0, 0, other_run), place);
  log.note("hello", place);
  BOOST_TEST(log.distinct() == 0U);
  BOOST_TEST(log.foreign() == 2U);
}

BOOST_AUTO_TEST_CASE(keeps_runs_apart_that_it_counts_together) {
  delivery_log log{std::nullopt};
  order place;
  log.note(body(0, 0, our_run), place);
  log.note(body(0, 0, other_run), place);
  log.note("hello", place);
  BOOST_TEST(log.distinct() == 2U);
  BOOST_TEST(log.duplicates() == 0U);
  BOOST_TEST(log.foreign() == 1U);
}

BOOST_AUTO_TEST_CASE(counts_bodies_that_are_too_small_to_look_at) {
  delivery_log log{our_run, body_header::size - 1};
  order place;
  log.note("xxx", place);
  log.note("xxx", place);
  log.give_back("xxx");
  BOOST_TEST(log.distinct() == 1U);
}

BOOST_AUTO_TEST_CASE(refuses_a_sequence_from_nowhere) {
  delivery_log log{our_run};
  order place;
  BOOST_CHECK_THROW(log.note(body(std::uint64_t{1} << 60), place),
                    cafq::tool::error);
}

BOOST_AUTO_TEST_SUITE_END()
