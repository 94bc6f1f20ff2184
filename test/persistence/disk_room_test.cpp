#include "persistence/disk_room.hpp"

#include <boost/test/unit_test.hpp>

namespace cafq::test {

namespace {

constexpr uint64_t mb = uint64_t{1} << 20;

} // namespace

BOOST_AUTO_TEST_SUITE(disk_room_tests)

BOOST_AUTO_TEST_CASE(reserves_five_percent_within_bounds) {
  BOOST_TEST(disk_room::reserve(8 * mb) == 2 * mb);
  BOOST_TEST(disk_room::reserve(16 * mb) == 4 * mb);
  BOOST_TEST(disk_room::reserve(1000 * mb) == 50 * mb);
  BOOST_TEST(disk_room::reserve(1'000'000 * mb) == 256 * mb);
}

BOOST_AUTO_TEST_CASE(welcomes_data_again_at_twice_the_reserve) {
  disk_room x{"/"};
  const auto at = [](uint64_t available) {
    return disk_room::disk{100 * mb, available};
  };
  BOOST_TEST(x.welcome(at(5 * mb), 0, 0));
  BOOST_TEST(!x.welcome(at(5 * mb - 1), 0, 0));
  BOOST_TEST(!x.welcome(at(10 * mb - 1), 0, 0));
  BOOST_TEST(x.welcome(at(10 * mb), 0, 0));
  BOOST_TEST(x.welcome(at(6 * mb), 0, 0));
}

BOOST_AUTO_TEST_CASE(counts_free_pages_and_promises) {
  disk_room x{"/"};
  BOOST_TEST(x.welcome({100 * mb, 0}, 5 * mb, 0));
  BOOST_TEST(!x.welcome({100 * mb, 6 * mb}, 0, 2 * mb));
  BOOST_TEST(!x.welcome({100 * mb, 6 * mb}, 0, 200 * mb));
}

BOOST_AUTO_TEST_CASE(asks_the_file_system) {
  const auto x = disk_room{"/"}.ask(0);
  BOOST_TEST(x.size > 0U);
  BOOST_TEST(x.available <= x.size);
  BOOST_TEST(disk_room{"/no/such/directory"}.ask(0).available == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
