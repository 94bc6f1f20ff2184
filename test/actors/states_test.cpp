#include "actors/states.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <utility>

namespace cafq::test {

BOOST_AUTO_TEST_SUITE(states_tests)

BOOST_AUTO_TEST_CASE(each_state_has_a_word_and_a_sentence) {
  std::set<std::pair<std::string_view, std::string_view>> words;
  for (const auto& x : state_rows()) {
    BOOST_TEST_CONTEXT(x.kind << ' ' << x.word) {
      BOOST_TEST(!x.kind.empty());
      BOOST_TEST(!x.word.empty());
      BOOST_TEST(x.sentence.ends_with('.'));
      BOOST_TEST(words.emplace(x.kind, x.word).second);
      BOOST_TEST(&row_of(x.what) == &x);
    }
  }
}

BOOST_AUTO_TEST_CASE(words_can_stand_in_json_and_in_a_graph) {
  for (const auto& x : state_rows())
    BOOST_TEST(x.word.find_first_of("\"\\\n") == x.word.npos, x.word);
}

BOOST_AUTO_TEST_CASE(every_kind_of_actor_is_there) {
  std::set<std::string_view> kinds;
  for (const auto& x : state_rows())
    kinds.insert(x.kind);
  const std::set<std::string_view> all{
    "authorizer", "backup",      "channel", "collector",  "connection",
    "dialer",     "discovery",   "fetcher", "handshaker", "http",
    "listener",   "lookup_peer", "node",    "peeker",     "producer",
    "registry",   "statsd",      "store",   "topic"};
  BOOST_TEST((kinds == all));
}

BOOST_AUTO_TEST_CASE(moods_and_causes_have_names) {
  for (const auto x : {mood::idle, mood::flowing, mood::waiting, mood::stuck})
    BOOST_TEST(!to_string(x).empty());
  for (auto i = 0; i <= static_cast<int>(awaited::cause::time); ++i)
    BOOST_TEST(!to_string(static_cast<awaited::cause>(i)).empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
