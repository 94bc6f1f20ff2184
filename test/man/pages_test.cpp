#include "tools/man/pages.hpp"

#include "config/option_table.hpp"
#include "tools/cafq/commands.hpp"
#include "tools/man/roff.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include <CLI/CLI.hpp>

using namespace cafq;

namespace {

/// How many tags of `page` have `name` in front, as a whole word.
size_t count_tags(const std::string& page, const std::string& name) {
  const auto mark = ".TP\n" + man::bold(name);
  size_t count = 0;
  for (size_t at = 0; (at = page.find(mark, at)) != std::string::npos; ++at)
    ++count;
  return count;
}

constexpr auto both = {config::role::broker, config::role::lookupd};

std::string cafq_page() {
  CLI::App app{"", "cafq"};
  tool::add_commands(app);
  return man::tool_page(app);
}

} // namespace

BOOST_AUTO_TEST_SUITE(pages_tests)

BOOST_AUTO_TEST_CASE(names_every_option_of_the_daemon_once) {
  for (const auto of : both) {
    const auto page = man::daemon_page(of);
    for (const auto name :
         option_names(config::scope::command_line, config::option_table(of)))
      BOOST_TEST(count_tags(page, "--" + std::string{name}) == 1U, name);
  }
}

BOOST_AUTO_TEST_CASE(says_value_range_and_default) {
  const auto page = man::daemon_page(config::role::broker);
  BOOST_TEST(page.find(".TP\n\\fB\\-\\-tcp\\-address\\fR=\\fIADDRESS\\fR\n"
                       "where NSQ clients connect: HOST:PORT or the path of a "
                       "socket [default 0.0.0.0:4150]\n")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(names_the_keys_that_a_file_may_have) {
  for (const auto of : both) {
    const auto page = man::file_page(of);
    for (const auto& group : config::option_table(of))
      for (const auto& row : group.rows)
        BOOST_TEST(count_tags(page, std::string{row.name})
                     == (config::is_in_files(row) ? 1U : 0U),
                   row.name);
  }
}

BOOST_AUTO_TEST_CASE(shows_defaults_as_a_file_writes_them) {
  const auto page = man::file_page(config::role::broker);
  for (const auto* part : {"default 1min]", "default \"0.0.0.0:4150\"]",
                           "default from the host name]"})
    BOOST_TEST(page.find(part) != std::string::npos, part);
}

BOOST_AUTO_TEST_CASE(has_every_command_of_the_tool_with_its_options) {
  const auto page = cafq_page();
  for (const auto* name :
       {"cafq pub", "cafq tail", "cafq stats", "cafq topic create",
        "cafq channel empty", "cafq actors", "cafq bench pubsub"})
    BOOST_TEST(page.find(man::subheading(name)) != std::string::npos, name);
  // A group of commands does nothing by itself.
  BOOST_TEST(page.find(man::subheading("cafq topic")) == std::string::npos);
  BOOST_TEST(page.find("\\fB\\-t\\fR, \\fB\\-\\-topic\\fR \\fITEXT\\fR\n"
                       "Topic to read [required]\n")
             != std::string::npos);
  BOOST_TEST(page.find("\\fB\\-\\-print\\-topic\\fR\n") != std::string::npos);
  BOOST_TEST(count_tags(page, "--version") == 1U);
  BOOST_TEST(count_tags(page, "-h") == 1U);
  BOOST_TEST(page.find("Broker [default 127.0.0.1:4151]\n")
             != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
