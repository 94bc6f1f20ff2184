#include "actors/topic_members.hpp"

#include "net/protocol/contract.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace cafq::test {

namespace {

/// Channels of these tests are no actors: their id is 0.
constexpr uint64_t nobody = 0;

struct fixture {
  fixture() {
    uut.add("a", {});
    uut.add("b#ephemeral", {});
    uut.add("c", {});
  }

  /// Returns who has so much to find a place for.
  [[nodiscard]] std::string crowded(uint64_t messages) const {
    const auto* found = uut.crowded(messages);
    return found ? found->first : "";
  }

  topic_members uut;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(topic_members_tests, fixture)

BOOST_AUTO_TEST_CASE(finds_what_was_added) {
  BOOST_TEST(uut.size() == 3u);
  BOOST_TEST_REQUIRE(uut.find("a") != nullptr);
  BOOST_TEST(!uut.find("a")->ephemeral);
  BOOST_TEST(uut.find("b#ephemeral")->ephemeral);
  BOOST_TEST(uut.find("d") == nullptr);
  uut.remove("a");
  uut.remove("a");
  BOOST_TEST(uut.find("a") == nullptr);
}

BOOST_AUTO_TEST_CASE(counts_what_has_no_place_yet) {
  uut.gave(10);
  BOOST_TEST(crowded(10) == "a");
  uut.placed("a", nobody, 4);
  BOOST_TEST(crowded(10) == "c");
  uut.placed("c", nobody, 10);
  BOOST_TEST(crowded(7) == "");
  BOOST_TEST(crowded(6) == "a");
}

BOOST_AUTO_TEST_CASE(no_channel_places_more_than_it_got) {
  uut.gave(10);
  BOOST_CHECK_THROW(uut.placed("a", nobody, 11), broken_contract);
  BOOST_TEST(crowded(10) == "a");
}

BOOST_AUTO_TEST_CASE(an_ephemeral_channel_is_not_waited_for) {
  uut.remove("a");
  uut.remove("c");
  uut.gave(1000);
  BOOST_TEST(crowded(1) == "");
}

// It would be counted as room that the new one has, and more than the window
// would be on its way.
BOOST_AUTO_TEST_CASE(what_a_deleted_channel_told_is_not_of_the_new_one) {
  constexpr uint64_t deleted = 99;
  uut.gave(10);
  uut.placed("a", deleted, 10);
  uut.is_full("a", deleted, true);
  BOOST_TEST(crowded(10) == "a");
  BOOST_TEST(!uut.any_full());
}

BOOST_AUTO_TEST_CASE(reports_of_nobody_change_nothing) {
  uut.placed("d", nobody, 1);
  uut.is_full("d", nobody, true);
  BOOST_TEST(!uut.any_full());
}

BOOST_AUTO_TEST_CASE(one_full_channel_is_enough) {
  uut.is_full("a", nobody, true);
  uut.is_full("c", nobody, true);
  uut.is_full("a", nobody, false);
  BOOST_TEST(uut.any_full());
  uut.is_full("c", nobody, false);
  BOOST_TEST(!uut.any_full());
}

BOOST_AUTO_TEST_CASE(the_store_knows_those_that_are_not_ephemeral) {
  BOOST_TEST(uut.any_stored());
  uut.remove("a");
  uut.remove("c");
  BOOST_TEST(!uut.any_stored());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
