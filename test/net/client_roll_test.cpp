#include "net/client/client_roll.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace cafq::test {

namespace {

using namespace std::chrono_literals;

/// Clients that have all sent something, one a second.
struct fixture {
  client_ptr add(const char* address) {
    auto result = roll.add(address, now += 1s);
    result->spoke = true;
    return result;
  }

  client_ptr who_goes() {
    return roll.who_goes(now += client_roll::search_interval);
  }

  /// Ends them until nobody may go any more.
  /// @returns who went, in order.
  std::vector<client_ptr> all_that_go() {
    std::vector<client_ptr> result;
    while (auto x = who_goes()) {
      roll.remove(x);
      result.push_back(x);
    }
    return result;
  }

  std::shared_ptr<address_counts> counts = std::make_shared<address_counts>();
  client_roll roll{counts, 1s, 5s};
  queue::time_point now{};
};

using list = std::vector<client_ptr>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(client_roll_tests, fixture)

BOOST_AUTO_TEST_CASE(first_go_those_that_never_sent_a_command) {
  const auto ann = add("a");
  const auto bob = add("b");
  const auto cid = add("c");
  bob->spoke = cid->spoke = false;
  now += 1min;
  BOOST_TEST((all_that_go() == list{bob, cid, ann}));
}

BOOST_AUTO_TEST_CASE(then_those_that_are_silent_longest) {
  const auto ann = add("a");
  const auto bob = add("b");
  const auto cid = add("c");
  ann->active = now + 3s;
  now += 1min;
  BOOST_TEST((all_that_go() == list{bob, cid, ann}));
}

BOOST_AUTO_TEST_CASE(from_the_address_that_has_most) {
  const auto ann = add("a");
  const auto bob1 = add("b");
  const auto bob2 = add("b");
  const auto bob3 = add("b");
  now += 1min;
  BOOST_TEST((all_that_go() == list{bob1, bob2, ann, bob3}));
}

BOOST_AUTO_TEST_CASE(before_all_those_that_are_about_to_go) {
  const auto ann = add("a");
  const auto bob = add("b");
  ann->spoke = false;
  bob->done = bob->busy = true;
  now += 1s;
  BOOST_TEST((all_that_go() == list{bob, ann}));
}

BOOST_AUTO_TEST_CASE(who_has_just_come_has_time_for_a_command) {
  const auto ann = add("a");
  ann->spoke = false;
  now += 800ms;
  BOOST_TEST(!who_goes());
  BOOST_TEST(who_goes() == ann);
}

BOOST_AUTO_TEST_CASE(nobody_goes_before_it_was_silent_for_a_while) {
  const auto ann = add("a");
  now += 4800ms;
  BOOST_TEST(!who_goes());
  BOOST_TEST(who_goes() == ann);
  ann->active = now;
  BOOST_TEST(!who_goes());
}

BOOST_AUTO_TEST_CASE(who_is_owed_something_or_answers_heartbeats_stays) {
  const auto ann = add("a");
  const auto bob = add("b");
  ann->busy = true;
  bob->heartbeats = true;
  now += 1h;
  BOOST_TEST(!who_goes());
  ann->busy = false;
  BOOST_TEST(who_goes() == ann);
}

BOOST_AUTO_TEST_CASE(what_a_search_found_is_looked_at_again) {
  const auto ann = add("a");
  const auto bob = add("b");
  const auto cid = add("c");
  now += 1min;
  BOOST_TEST(who_goes() == ann);
  ann->busy = true;
  roll.remove(bob);
  BOOST_TEST(roll.who_goes(now) == cid);
}

BOOST_AUTO_TEST_CASE(addresses_are_counted_on_all_rolls) {
  client_roll other{counts, 1s, 5s};
  const auto ann = add("a");
  const auto bob = add("b");
  const auto again = other.add("b", now);
  BOOST_TEST(counts->at("b") == 2u);
  now += 1min;
  BOOST_TEST(who_goes() == bob);
  other.remove(again);
  // As often as one likes.
  other.remove(again);
  roll.remove(again);
  BOOST_TEST(counts->at("b") == 1u);
  roll.remove(bob);
  roll.remove(ann);
  BOOST_TEST(counts->empty());
}

BOOST_AUTO_TEST_CASE(who_has_no_address_is_not_counted) {
  const auto ann = add("");
  BOOST_TEST(counts->empty());
  now += 1min;
  BOOST_TEST(who_goes() == ann);
  roll.remove(ann);
  BOOST_TEST(roll.size() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
