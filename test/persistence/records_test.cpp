#include "persistence/records.hpp"

#include "persistence/envelope.hpp"
#include "test/persistence/support.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <limits>

namespace cafq::test {

namespace {

using bytes = std::string;

/// Checks that no flipped bit and no other length gets through.
void check_all_damage(
  const bytes& key, const bytes& value,
  const std::function<bool(const bytes&, const bytes&)>& ok) {
  BOOST_TEST_REQUIRE(ok(key, value));
  auto check_bits = [&](bytes& where, const bytes& k, const bytes& v) {
    for (size_t bit = 0; bit < where.size() * 8; ++bit) {
      const auto flip = [&] {
        where[bit / 8] = static_cast<char>(where[bit / 8] ^ (1 << (bit % 8)));
      };
      flip();
      BOOST_TEST_REQUIRE(!ok(k, v), "bit " << bit);
      flip();
    }
  };
  auto k = key;
  auto v = value;
  check_bits(v, k, v);
  check_bits(k, k, v);
  for (size_t size = 0; size < value.size(); ++size)
    BOOST_TEST_REQUIRE(!ok(key, value.substr(0, size)));
  BOOST_TEST_REQUIRE(!ok(key, value + '\0'));
}

std::vector<text> some_texts() {
  return {{7, 1'700'000'000'000'000'000, 0, "first"},
          {8, -5, 65535, ""},
          {9, 0, 3, std::string("\0\xff\n", 3)},
          {500, std::numeric_limits<int64_t>::max(), 1, "after a gap"},
          {7 + uint64_t{UINT32_MAX}, std::numeric_limits<int64_t>::min(), 2,
           "as far as it goes"}};
}

bytes block_key(const queue::block& x) {
  return encode(
    log_key{.id = 3,
            .queue = 4,
            .count = static_cast<uint32_t>(x.count()),
            .first = x.first_number(),
            .span = static_cast<uint32_t>(x.last_number() - x.first_number())});
}

bytes block_value(const bytes& key, const queue::block& x) {
  bytes result(block_record_size(x), '?');
  encode_block(key, x, result.data());
  return result;
}

/// Returns whether LMDB puts x before y. (Boost.Test compares signed bytes.)
template <class Key>
bool sorts_before(const Key& x, const Key& y) {
  return encode(x) < encode(y);
}

} // namespace

BOOST_AUTO_TEST_SUITE(records_tests)

BOOST_AUTO_TEST_CASE(blocks_come_back_as_they_were) {
  for (const auto& x : {make_block(some_texts()), make_block(1, 256),
                        make_block({{1, 1, 1, ""}}),
                        make_block({{1, 1, 1, std::string(100'000, 'x')}})}) {
    const auto key = block_key(*x);
    const auto found = decode_block(key, block_value(key, *x));
    BOOST_TEST_REQUIRE(found != nullptr);
    BOOST_TEST(texts(*found) == texts(*x), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(blocks_have_this_layout) {
  const auto x = make_block({{0x0102, 0x0304, 0x0506, "ab"}});
  const auto key = block_key(*x);
  const auto value = block_value(key, *x);
  const bytes expected_key("\0\0\0\0\0\0\0\3" // id
                           "\0\0\0\4"         // queue
                           "\0\0\0\1"         // count
                           "\0\0\0\0\0\0\1\2" // first number
                           "\0\0\0\0",        // span
                           28);
  const bytes expected_entry("\0\0\0\0"         // number less the first
                             "\0\0\0\0\0\0\3\4" // timestamp
                             "\5\6"             // attempts
                             "\0\0\0\2"         // size
                             "ab",
                             20);
  BOOST_TEST(key == expected_key);
  BOOST_TEST(value[0] == 1);
  BOOST_TEST(value.substr(envelope_size) == expected_entry);
}

BOOST_AUTO_TEST_CASE(any_damage_to_a_block_is_found) {
  const auto x = make_block(some_texts());
  const auto key = block_key(*x);
  check_all_damage(key, block_value(key, *x), [](auto& k, auto& v) {
    return decode_block(k, v) != nullptr;
  });
}

BOOST_AUTO_TEST_CASE(sealed_nonsense_is_no_block) {
  const auto key
    = encode(log_key{.id = 1, .queue = 1, .count = 2, .first = 5, .span = 1});
  for (const auto size : {0U, 5U, 35U, 36U, 37U, 200U})
    BOOST_TEST(decode_block(key, seal(key, bytes(size, '\x11'))) == nullptr);
  const auto none = encode(log_key{.count = 0});
  BOOST_TEST(decode_block(none, seal(none, "")) == nullptr);
  const auto many = encode(log_key{.count = 257});
  BOOST_TEST(decode_block(many, seal(many, bytes(size_t{257} * 18, '\0')))
             == nullptr);
}

BOOST_AUTO_TEST_CASE(progress_comes_back_as_it_was) {
  const auto key = encode(ack_key{5, 6});
  block_progress some;
  some.finished.set(0).set(9).set(255);
  some.attempts = {{1, 65535}, {254, 2}};
  block_progress few;
  few.finished.set(8);
  block_progress all;
  all.finished.set();
  for (const auto& x : {some, few, all, block_progress{}}) {
    const auto value = encode_progress(key, x);
    BOOST_TEST((decode_progress(key, value, 256) == x));
    check_all_damage(key, value, [](auto& k, auto& v) {
      return decode_progress(k, v, 256).has_value();
    });
  }
  BOOST_TEST(encode_progress(key, few).size() == envelope_size + 3);
}

BOOST_AUTO_TEST_CASE(progress_fits_its_block) {
  const auto key = encode(ack_key{5, 6});
  block_progress x;
  x.finished.set(9);
  x.attempts = {{3, 1}};
  BOOST_TEST(decode_progress(key, encode_progress(key, x), 10).has_value());
  BOOST_TEST(!decode_progress(key, encode_progress(key, x), 9));
  x.attempts = {{10, 1}};
  BOOST_TEST(!decode_progress(key, encode_progress(key, x), 10));
}

BOOST_AUTO_TEST_CASE(sealed_nonsense_is_no_progress) {
  const auto key = encode(ack_key{5, 6});
  for (const auto& x : {bytes{}, bytes{"!"}, bytes{"\x02"}, bytes("\0a", 2),
                        bytes("\0abcde", 6)})
    BOOST_TEST(!decode_progress(key, seal(key, x), 256));
}

BOOST_AUTO_TEST_CASE(deferred_messages_come_back_as_they_were) {
  for (const auto& x : some_texts()) {
    const auto key = encode(defer_key{1, {-3, x.number}});
    const auto value = encode_deferred(key, *make_block({x}));
    const auto found = decode_deferred(key, value);
    BOOST_TEST_REQUIRE(found != nullptr);
    BOOST_TEST(texts(*found).front() == x);
    check_all_damage(key, value, [](auto& k, auto& v) {
      return decode_deferred(k, v) != nullptr;
    });
  }
}

BOOST_AUTO_TEST_CASE(topics_come_back_as_they_were) {
  topic_record x;
  x.name = "orders.new";
  x.queue = 0xfffffffe;
  x.paused = true;
  x.created_ns = -1;
  x.reserved = uint64_t{1} << 63;
  const auto key = topic_key(x.name);
  const auto value = encode_topic(key, x);
  BOOST_TEST((decode_topic(key, value) == x));
  check_all_damage(key, value, [](auto& k, auto& v) {
    return decode_topic(k, v).has_value();
  });
}

BOOST_AUTO_TEST_CASE(channels_come_back_as_they_were) {
  channel_record x;
  x.topic = "orders";
  x.name = "archive";
  x.queue = 9;
  x.created_ns = 12;
  const auto key = channel_key(x.topic, x.name);
  const auto value = encode_channel(key, x);
  BOOST_TEST((decode_channel(key, value) == x));
  check_all_damage(key, value, [](auto& k, auto& v) {
    return decode_channel(k, v).has_value();
  });
}

BOOST_AUTO_TEST_CASE(counters_come_back_as_they_were) {
  for (const uint64_t x : {uint64_t{0}, uint64_t{1} << 40, UINT64_MAX}) {
    const auto value = encode_counter("k", x);
    BOOST_TEST((decode_counter("k", value) == x));
    check_all_damage("k", value, [](auto& k, auto& v) {
      return decode_counter(k, v).has_value();
    });
  }
}

BOOST_AUTO_TEST_CASE(keys_sort_as_their_numbers_do) {
  BOOST_TEST(sorts_before(log_key{.id = 255, .queue = 9},
                          log_key{.id = 256, .queue = 1}));
  BOOST_TEST(sorts_before(ack_key{1, 256}, ack_key{2, 1}));
  BOOST_TEST(sorts_before(ack_key{1, 255}, ack_key{1, 256}));
  const std::vector<deferred_key> ascending{
    {std::numeric_limits<int64_t>::min(), 0},
    {-1, 9},
    {0, 0},
    {0, 1},
    {255, 7},
    {256, 2},
    {std::numeric_limits<int64_t>::max(), 1}};
  for (size_t i = 1; i < ascending.size(); ++i)
    BOOST_TEST(
      sorts_before(defer_key{3, ascending[i - 1]}, defer_key{3, ascending[i]}));
  BOOST_TEST(sorts_before(defer_key{3, ascending.back()},
                          defer_key{4, ascending.front()}));
  for (const auto& x : ascending)
    BOOST_TEST((decode_defer_key(encode(defer_key{3, x}))->message == x));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
