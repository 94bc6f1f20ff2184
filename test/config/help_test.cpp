#include "config/help.hpp"

#include "config/option_table.hpp"
#include "config/wrap.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>

using namespace cafq::config;

BOOST_AUTO_TEST_SUITE(help_tests)

BOOST_AUTO_TEST_CASE(names_every_option_once) {
  const auto text = help_text();
  for (const auto name : option_names(scope::command_line)) {
    const auto mark = "\n  --" + std::string{name};
    size_t count = 0;
    for (size_t at = 0; (at = text.find(mark, at)) != std::string::npos; ++at) {
      const char next = text[at + mark.size()];
      count += next == '=' || next == ' ' || next == '\n' ? 1 : 0;
    }
    BOOST_TEST(count == 1U, name);
  }
}

BOOST_AUTO_TEST_CASE(fits_a_terminal) {
  std::istringstream lines{help_text()};
  std::string line;
  while (std::getline(lines, line)) {
    BOOST_TEST(line.size() <= 80U, line);
    BOOST_TEST((line.empty() || line.back() != ' '), line);
  }
}

BOOST_AUTO_TEST_CASE(shows_ranges_defaults_and_what_has_no_effect) {
  const auto text = help_text();
  for (const auto* part :
       {"[0..1023; default from the host name]", "default 10000]", "[text or",
        "[no effect]", "\n  --help, -h "})
    BOOST_TEST(text.find(part) != std::string::npos, part);
}

BOOST_AUTO_TEST_CASE(wraps_between_words) {
  const std::vector<std::string> expected{"ab cd", "ef", "toolong", "x"};
  BOOST_TEST(wrap("ab cd ef toolong x", 5) == expected,
             boost::test_tools::per_element());
  BOOST_TEST(wrap("", 5).empty());
}

BOOST_AUTO_TEST_SUITE_END()
