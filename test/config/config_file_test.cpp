#include "config/config_file.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/settings.hpp>

#include <algorithm>
#include <array>
#include <ostream>

using namespace cafq::config;
using namespace std::chrono_literals;
using namespace std::string_literals;
using std::chrono::nanoseconds;

namespace {

std::vector<file_entry> parse(const std::string& text) {
  auto parsed = parse_config(text);
  if (const auto* error = std::get_if<syntax_error>(&parsed))
    BOOST_FAIL(error->line << ": " << error->what);
  return std::get<std::vector<file_entry>>(parsed);
}

/// The value of the only setting in `x = <text>`.
setting value_of(const std::string& text) {
  return parse("[s]\nx = " + text + "\n").at(1).value;
}

struct broken {
  std::string text;
  int line;
  /// A part of the explanation.
  std::string_view what;
};

std::ostream& operator<<(std::ostream& out, const broken& x) {
  return out << x.text;
}

const std::array broken_texts{
  broken{"[s]\n# note\n", 2, R"(unexpected "#")"},
  broken{"\n\n[s]\nx = 1 # note\n", 4, "a comment starts with ;"},
  broken{"[s]\nx = text\n", 2, "go in double quotes"},
  broken{"[s]\nx = 1m30s\n", 2, "durations such as 1m30s"},
  broken{"[s]\nx =\n", 2, "the line ends too early"},
  broken{"[s]\nx\n", 2, "the line ends too early"},
  broken{"[s]\nx = \"a\ny = 1\n", 2, "the line ends too early"},
  broken{"[s]\nx = \"\\q\"\n", 2, "a backslash stands only before"},
  broken{"[s]\nx = 1.5s\n", 2, "a duration with a fraction"},
  broken{"[s]\nx = 'much-too-long'\n", 2, "unexpected"},
  broken{"[s]\nx = 'muchtoolong'\n", 2, "at most 10 letters"},
  broken{"[s]\nx = 99999999999999999999\n", 2, "the number is too large"},
  broken{"[s]\nx = 9999999999h\n", 2, "the duration is too long"},
  broken{"[s]\nx = [1, 2\n", 3, "the file ends in the middle"},
  broken{"[s", 1, "the file ends in the middle"},
  broken{"[s]\nx = <http://a>\n", 2, "double quotes"},
  broken{"[s]\nx = [[1]]\n", 2, "a list cannot hold a list"},
  broken{"[s]\nx = [{a = 1}]\n", 2, "a list cannot hold a group"},
  broken{"[s]\0\nx = 1\n"s, 1, "a zero byte"},
  broken{"[s]\nx = 1\n\0"s, 3, "a zero byte"},
  broken{"[s]\nx = \"a\0b\"\n"s, 2, "a zero byte"},
  broken{"[s]\n; a\0\nx = \n"s, 2, "a zero byte"},
  broken{std::string(300, '\0'), 1, "a zero byte"},
};

struct caf_use {
  std::string name;
  setting value;
  std::string_view error;
};

std::ostream& operator<<(std::ostream& out, const caf_use& x) {
  return out << x.name;
}

const std::array caf_uses{
  caf_use{"scheduler.policy", "sharing", ""},
  caf_use{"scheduler.policy", "shraing", "is not sharing or stealing"},
  caf_use{"scheduler.policy", int64_t{1},
          "wants a word of at most 10 letters in quotes"},
  caf_use{"scheduler.max-threads", int64_t{4}, ""},
  caf_use{"scheduler.max-threads", int64_t{-4}, "wants a whole number >= 0"},
  caf_use{"scheduler.max-threads", int64_t{0}, "wants a whole number >= 1"},
  caf_use{"scheduler.max-throughput", int64_t{0}, "wants a whole number >= 1"},
  caf_use{"scheduler.max-threads", "4", "wants a whole number >= 0"},
  caf_use{"work-stealing.relaxed-sleep-duration", nanoseconds{1ms}, ""},
  caf_use{"work-stealing.relaxed-sleep-duration", "1ms", ""},
  caf_use{"work-stealing.relaxed-sleep-duration", int64_t{1},
          "wants a duration such as 250ms or 10s"},
  caf_use{"middleman.manual-multiplexing", true, ""},
  caf_use{"middleman.manual-multiplexing", int64_t{1}, "wants true or false"},
  caf_use{"middleman.app-identifiers", std::vector<scalar>{"a"}, ""},
  caf_use{"middleman.app-identifiers", "a", "wants a list"},
  caf_use{"logger.component-blacklist", std::vector<scalar>{"caf"}, ""},
  caf_use{"logger.file-name", "x", ""},
  caf_use{"logger.file-name", true, "wants text in double quotes"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(config_file_tests)

BOOST_AUTO_TEST_CASE(reads_every_kind_of_value) {
  BOOST_TEST((value_of("true") == setting{true}));
  BOOST_TEST((value_of("-5") == setting{int64_t{-5}}));
  BOOST_TEST((value_of("0x10") == setting{int64_t{16}}));
  BOOST_TEST((value_of("0.5") == setting{0.5}));
  BOOST_TEST((value_of("\"a b\"") == setting{"a b"}));
  BOOST_TEST((value_of("\"\\n\\\"\\\\\"") == setting{"\n\"\\"}));
  BOOST_TEST((value_of("'word'") == setting{"word"}));
  BOOST_TEST((value_of("250ms") == setting{nanoseconds{250ms}}));
  BOOST_TEST((value_of("2min") == setting{nanoseconds{2min}}));
  BOOST_TEST((value_of("-1h") == setting{nanoseconds{-1h}}));
  BOOST_TEST((value_of("[]") == setting{std::vector<scalar>{}}));
  BOOST_TEST(
    (value_of("[\"a\", 1, 0.5, 1s]")
     == setting{std::vector<scalar>{"a", int64_t{1}, 0.5, nanoseconds{1s}}}));
}

BOOST_AUTO_TEST_CASE(knows_the_line_of_every_key) {
  const auto entries = parse("\n; note\n[one]\n\na = 1 ; note\nb = [1,\n  2]\n"
                             "c = 3\n[two]\nd = \"x\"");
  BOOST_TEST_REQUIRE(entries.size() == 6U);
  const std::array<std::string, 6> sections{"one", "one", "one",
                                            "one", "two", "two"};
  const std::array<std::string, 6> keys{"", "a", "b", "c", "", "d"};
  const std::array lines{3, 5, 6, 8, 9, 10};
  for (size_t i = 0; i < entries.size(); ++i) {
    BOOST_TEST(entries[i].section == sections[i]);
    BOOST_TEST(entries[i].key == keys[i]);
    BOOST_TEST(entries[i].line == lines[i]);
  }
}

BOOST_AUTO_TEST_CASE(names_nested_groups_with_dots) {
  BOOST_TEST(parse("[a]\nb = { c = 1 }").at(2).section == "a.b");
  BOOST_TEST(parse("[a.b]\nc = 1").at(2).section == "a.b");
}

BOOST_AUTO_TEST_CASE(puts_keys_above_all_sections_in_a_section_of_their_own) {
  BOOST_TEST(parse("a = 1\n").at(1).section == no_section);
}

BOOST_AUTO_TEST_CASE(reads_nothing_from_nothing) {
  BOOST_TEST(parse("").empty());
  BOOST_TEST(parse("\n; note\n").empty());
}

BOOST_AUTO_TEST_CASE(takes_the_line_ends_of_windows) {
  const auto entries = parse("[a]\r\nb = 1\r\nc = \"x\"\r\n");
  BOOST_TEST_REQUIRE(entries.size() == 3U);
  BOOST_TEST(entries[2].line == 3);
  BOOST_TEST((entries[2].value == setting{"x"}));
}

BOOST_DATA_TEST_CASE(says_where_and_why_a_text_is_broken, broken_texts, x) {
  const auto parsed = parse_config(x.text);
  BOOST_TEST_REQUIRE(std::holds_alternative<syntax_error>(parsed));
  const auto& error = std::get<syntax_error>(parsed);
  BOOST_TEST(error.line == x.line);
  BOOST_TEST(error.what.find(x.what) != std::string::npos, error.what);
}

BOOST_AUTO_TEST_CASE(knows_the_settings_of_caf) {
  const auto& names = caf_names();
  for (const auto* name : {"scheduler.policy", "middleman.workers",
                           "stream.max-batch-delay", "logger.verbosity"})
    BOOST_TEST(std::count(names.begin(), names.end(), name) == 1, name);
  BOOST_TEST(std::count(names.begin(), names.end(), "global.config-file") == 0);
}

BOOST_DATA_TEST_CASE(checks_the_types_of_caf, caf_uses, x) {
  BOOST_TEST(check_caf_setting(x.name, x.value).value_or("") == x.error);
}

BOOST_AUTO_TEST_CASE(hands_settings_over_to_caf) {
  caf::actor_system_config target;
  apply({{"scheduler.policy", "sharing"},
         {"scheduler.max-threads", int64_t{3}},
         {"middleman.heartbeat-interval", nanoseconds{5s}},
         {"middleman.app-identifiers", std::vector<scalar>{"a", "b"}}},
        target);
  BOOST_TEST((caf::get_or(target, "scheduler.policy", caf::atom(""))
              == caf::atom("sharing")));
  BOOST_TEST(caf::get_or(target, "scheduler.max-threads", size_t{0}) == 3U);
  BOOST_TEST(
    (caf::get_or(target, "middleman.heartbeat-interval", caf::timespan{0})
     == 5s));
  const auto ids = caf::get_or(target, "middleman.app-identifiers",
                               std::vector<std::string>{});
  BOOST_TEST((ids == std::vector<std::string>{"a", "b"}));
}

BOOST_AUTO_TEST_SUITE_END()
