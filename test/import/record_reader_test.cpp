#include "persistence/import/record_reader.hpp"

#include "test/import/nsqd_files.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace cafq::test {

namespace {

/// What was read of a file: bodies, and the damage between them.
struct reading {
  std::vector<std::string> bodies;
  std::vector<std::pair<uint64_t, uint64_t>> gaps;
};

struct reader_fixture {
  nsqd_files dir;

  [[nodiscard]] reading
  read(const std::string& bytes, uint64_t from = 0) const {
    dir.write("f", bytes);
    nsqd::file_window in{dir.path() / "f"};
    nsqd::record_reader uut{in, from, imported_ns};
    reading result;
    auto end = from;
    while (const auto x = uut.next()) {
      if (x->begin != end)
        result.gaps.emplace_back(end, x->begin);
      result.bodies.emplace_back(x->body);
      end = x->end;
    }
    if (end < bytes.size())
      result.gaps.emplace_back(end, bytes.size());
    return result;
  }
};

std::vector<std::string> bodies(uint64_t first, uint64_t count) {
  std::vector<std::string> result;
  for (const auto& x : nsqd_messages(first, count))
    result.push_back(x.body);
  return result;
}

/// Returns the sum of two lists.
std::vector<std::string>
operator+(std::vector<std::string> x, const std::vector<std::string>& y) {
  x.insert(x.end(), y.begin(), y.end());
  return x;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(record_reader_tests, reader_fixture)

BOOST_AUTO_TEST_CASE(reads_what_nsqd_writes) {
  // 26 + 2 bytes; 1.7e18 ns; 5 attempts; id; body.
  const std::string bytes{"\0\0\0\x1c"
                          "\x17\x97\x9c\xfe\x36\x2a\0\0"
                          "\0\x05"
                          "0a1b2c3d4e5f6789hi",
                          32};
  dir.write("f", bytes);
  nsqd::file_window in{dir.path() / "f"};
  nsqd::record_reader uut{in, 0, imported_ns};
  const auto x = uut.next();
  BOOST_TEST_REQUIRE(x.has_value());
  BOOST_TEST(x->timestamp_ns == 1'700'000'000'000'000'000);
  BOOST_TEST(x->attempts == 5U);
  BOOST_TEST(x->body == "hi");
  BOOST_TEST(x->begin == 0U);
  BOOST_TEST(x->end == bytes.size());
  BOOST_TEST(!uut.next());
}

BOOST_AUTO_TEST_CASE(begins_where_nsqd_was) {
  const auto all = nsqd_bytes(nsqd_messages(0, 5));
  const auto read_before = nsqd_bytes(nsqd_messages(0, 2)).size();
  const auto found = read(all, read_before);
  BOOST_TEST(found.bodies == bodies(2, 3), boost::test_tools::per_element());
  BOOST_TEST(found.gaps.empty());
}

BOOST_AUTO_TEST_CASE(reads_large_and_empty_messages) {
  auto large = nsqd_message_of(0);
  large.body.assign(5'000'000, 'x');
  auto empty = nsqd_message_of(1);
  empty.body.clear();
  const auto found = read(nsqd_bytes({large, empty, nsqd_message_of(2)}));
  BOOST_TEST_REQUIRE(found.bodies.size() == 3U);
  BOOST_TEST((found.bodies[0] == large.body));
  BOOST_TEST(found.bodies[1].empty());
  BOOST_TEST(found.gaps.empty());
}

BOOST_AUTO_TEST_CASE(
  takes_a_time_that_nobody_believes_where_a_record_has_to_be) {
  auto first = nsqd_message_of(0);
  first.timestamp_ns = 7;
  BOOST_TEST(read(nsqd_bytes({first, nsqd_message_of(1)})).bodies
               == bodies(0, 2),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_file_cut_anywhere_gives_what_is_whole) {
  const auto all = nsqd_bytes(nsqd_messages(0, 4));
  for (size_t size = 0; size <= all.size(); ++size) {
    BOOST_TEST_CONTEXT("cut after " << size) {
      uint64_t whole = 0;
      size_t end = 0;
      while (whole < 4 && end + nsqd_message_of(whole).bytes().size() <= size)
        end += nsqd_message_of(whole++).bytes().size();
      const auto found = read(all.substr(0, size));
      BOOST_TEST(found.bodies == bodies(0, whole),
                 boost::test_tools::per_element());
      BOOST_TEST(found.gaps.size() == (end < size ? 1U : 0U));
    }
  }
}

BOOST_AUTO_TEST_CASE(damage_costs_the_record_it_is_in) {
  const auto messages = nsqd_messages(0, 3);
  const auto all = nsqd_bytes(messages);
  const auto second = messages[0].bytes().size();
  for (size_t i = 0; i < nsqd::record_header_size; ++i) {
    // Time and attempts have no wrong values.
    const auto shows = i < 4 || i >= 14;
    BOOST_TEST_CONTEXT("byte " << i) {
      auto bytes = all;
      bytes[second + i] = static_cast<char>(bytes[second + i] ^ 0x80);
      const auto found = read(bytes);
      const auto expected = shows ? bodies(0, 1) + bodies(2, 1) : bodies(0, 3);
      BOOST_TEST(found.bodies == expected, boost::test_tools::per_element());
      BOOST_TEST(found.gaps.size() == (shows ? 1U : 0U));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_length_that_swallows_the_next_is_found_out) {
  auto bytes = nsqd_bytes(nsqd_messages(0, 5));
  const auto second = nsqd_message_of(0).bytes().size();
  bytes[second + 3] = static_cast<char>(bytes[second + 3] + 9);
  const auto found = read(bytes);
  BOOST_TEST(found.bodies == bodies(0, 1) + bodies(2, 3),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(goes_on_behind_a_page_of_zeros) {
  const auto zeros = std::string(5000, '\0');
  const auto found = read(nsqd_bytes(nsqd_messages(0, 2)) + zeros
                          + nsqd_bytes(nsqd_messages(2, 2)));
  BOOST_TEST(found.bodies == bodies(0, 4), boost::test_tools::per_element());
  BOOST_TEST_REQUIRE(found.gaps.size() == 1U);
  BOOST_TEST(found.gaps[0].second - found.gaps[0].first == zeros.size());
}

BOOST_AUTO_TEST_CASE(a_message_may_have_a_record_in_its_body) {
  auto holder = nsqd_message_of(0);
  holder.body = nsqd_message_of(7).bytes();
  const auto both = nsqd_bytes({holder, nsqd_message_of(1)});
  BOOST_TEST(read(both).bodies.size() == 2U);
  // Behind the one in it comes none, so it is not taken for one.
  const auto found = read("damage" + nsqd_bytes({nsqd_message_of(2)})
                          + nsqd_bytes({holder}) + both);
  BOOST_TEST(found.bodies.size() == 4U);
}

BOOST_AUTO_TEST_CASE(finds_nothing_in_noise) {
  std::string noise;
  for (uint32_t i = 0, x = 1; i < 300'000; ++i, x = x * 1664525U + 1013904223U)
    noise += static_cast<char>(x >> 24U);
  const auto found = read(noise);
  BOOST_TEST(found.bodies.empty());
  BOOST_TEST(found.gaps.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
