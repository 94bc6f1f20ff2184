#include "net/httpd/publish_packer.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace cafq::test {

namespace {

constexpr http::limits limits{100, 1'000'000, 1000};

constexpr int64_t arrived = 1'700'000'000'000'000'000;

http::publish lines(std::string_view body) {
  http::publish x;
  x.topic = "t";
  x.many.emplace(body, http::mpub_reader::form::lines, true, limits);
  return x;
}

/// Returns how often a packer has to be asked.
size_t rounds(publish_packer& x) {
  size_t result = 1;
  while (!x.pack(arrived, {}))
    ++result;
  return result;
}

/// All bodies, joined by bars.
std::string text(const batch_ptr& x) {
  std::string result;
  for (const auto& item : x->items)
    for (size_t i = 0; i < item.body->count(); ++i)
      result += std::string{item.body->body(i)} + "|";
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(publish_packer_tests)

BOOST_AUTO_TEST_CASE(packs_a_single_message_with_its_delay) {
  http::publish x;
  x.topic = "t";
  x.message = "a\nb";
  x.delay = std::chrono::milliseconds{5};
  publish_packer uut{std::move(x)};
  const queue::time_point now{std::chrono::seconds{7}};
  BOOST_TEST(uut.pack(arrived, now));
  BOOST_TEST(uut.messages() == 1u);
  const auto got = uut.take();
  BOOST_TEST(text(got) == "a\nb|");
  BOOST_TEST((got->items[0].due == now + std::chrono::milliseconds{5}));
  BOOST_TEST(got->items[0].body->timestamp_ns(0) == arrived);
}

BOOST_AUTO_TEST_CASE(packs_many_messages_in_several_goes) {
  std::string body;
  std::string expected;
  constexpr size_t count = publish_packer::most_packed * 5 / 2;
  for (size_t i = 0; i < count; ++i) {
    body += std::to_string(i) + "\n";
    expected += std::to_string(i) + "|";
  }
  publish_packer uut{lines(body)};
  BOOST_TEST(rounds(uut) == 3u);
  BOOST_TEST(uut.messages() == count);
  BOOST_TEST((text(uut.take()) == expected));
}

BOOST_AUTO_TEST_CASE(what_is_refused_at_the_end_is_refused_as_a_whole) {
  std::string body;
  for (size_t i = 0; i < publish_packer::most_packed; ++i)
    body += "x\n";
  body += std::string(101, 'x');
  publish_packer uut{lines(body)};
  BOOST_TEST(rounds(uut) == 2u);
  BOOST_TEST_REQUIRE(uut.failed().has_value());
  BOOST_TEST(uut.failed()->body == "{\"message\":\"MSG_TOO_BIG\"}");
}

BOOST_AUTO_TEST_CASE(copies_all_for_another_topic_actor) {
  std::string body = "a\nb\n";
  publish_packer uut{lines(body)};
  BOOST_TEST(rounds(uut) == 1u);
  // The body has served its purpose.
  body.assign(body.size(), '?');
  const auto first = uut.take();
  first->items[0].body->number_from(7);
  uut.again();
  BOOST_TEST(rounds(uut) == 1u);
  BOOST_TEST(uut.messages() == 2u);
  const auto second = uut.take();
  BOOST_TEST(text(second) == "a|b|");
  BOOST_TEST(second->items[0].body->timestamp_ns(1) == arrived);
  BOOST_TEST(second->items[0].body != first->items[0].body);
}

BOOST_AUTO_TEST_CASE(tells_what_it_takes) {
  std::string body;
  for (size_t i = 0; i < 10'000; ++i)
    body += "x\n";
  publish_packer uut{lines(body)};
  BOOST_TEST(rounds(uut) == 2u);
  BOOST_TEST(uut.memory() == memory_of(*uut.take()));
  // Four bytes for each beside its own, and little for 256 of them.
  BOOST_TEST(uut.memory() < 10'000 * 6u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
