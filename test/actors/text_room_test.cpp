#include "actors/reports/text_room.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(text_room_tests)

BOOST_AUTO_TEST_CASE(a_long_text_grows_few_times_and_not_far) {
  constexpr size_t rows = 10'000;
  std::string text;
  size_t grown = 0;
  for (size_t i = 0; i < rows; ++i) {
    const auto before = text.capacity();
    cafq::make_room(text, i, rows - i);
    // Later ones are a little longer.
    text.append(300 + i / 200, 'x');
    if (before > 64 * 1024 && text.capacity() > before)
      ++grown;
  }
  BOOST_TEST(grown <= 2u);
  BOOST_TEST(text.capacity() < text.size() + text.size() / 6);
}

BOOST_AUTO_TEST_CASE(a_short_text_stays_short) {
  std::string text;
  cafq::make_room(text, 0, 1'000'000);
  cafq::make_room(text, 3, 1'000'000);
  BOOST_TEST(text.capacity() < 1000u);
}

BOOST_AUTO_TEST_SUITE_END()
