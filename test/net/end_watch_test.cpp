#include "net/loop/end_watch.hpp"

#include "test/net/network.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace cafq::test {

namespace {

using ids = std::vector<uint64_t>;

/// Topics whose addresses are watched.
struct fixture : broker {
  caf::actor_addr at(const std::string& name) {
    return topic(name).address();
  }

  ids ended(const caf::actor_addr& whom) {
    auto result = ends.ended(whom.id());
    std::sort(result.begin(), result.end());
    return result;
  }

  end_watch ends;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(end_watch_tests, fixture)

BOOST_AUTO_TEST_CASE(tells_the_first_and_the_last) {
  BOOST_TEST(ends.add(1, at("a")));
  BOOST_TEST(!ends.add(2, at("a")));
  BOOST_TEST(!ends.add(2, at("a")));
  BOOST_TEST(ends.add(2, at("b")));
  BOOST_TEST(!ends.remove(2, at("a")));
  BOOST_TEST(!ends.remove(2, at("a")));
  BOOST_TEST(ends.remove(1, at("a")));
  BOOST_TEST(ends.remove(2, at("b")));
  BOOST_TEST(ends.watched() == 0u);
}

BOOST_AUTO_TEST_CASE(who_has_ended_is_told_once) {
  ends.add(1, at("a"));
  ends.add(2, at("a"));
  ends.add(2, at("b"));
  BOOST_TEST(ended(at("a")) == (ids{1, 2}));
  BOOST_TEST(ended(at("a")) == ids{});
  BOOST_TEST(ended(at("b")) == ids{2});
  BOOST_TEST(ends.forget(2).empty());
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_is_forgotten) {
  ends.add(1, at("a"));
  ends.add(2, at("a"));
  ends.add(2, at("b"));
  const auto unwatched = ends.forget(2);
  BOOST_TEST_REQUIRE(unwatched.size() == 1u);
  BOOST_TEST((unwatched[0] == at("b")));
  BOOST_TEST(ended(at("a")) == ids{1});
  BOOST_TEST(ends.forget(1).empty());
  BOOST_TEST(ends.watched() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
