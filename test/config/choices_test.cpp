#include "config/assign.hpp"
#include "config/option_table.hpp"
#include "config/print.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

using namespace cafq::config;

// An option that takes a word for another fails open: a policy with a slip in
// it would ask for no certificate. So each option is looked at here, and one
// that is new has to say which kind it is of.

namespace {

std::vector<const option_row*> all_rows() {
  std::vector<const option_row*> result;
  for (const auto& group : option_table())
    for (const auto& row : group.rows)
      result.push_back(&row);
  return result;
}

bool is_text(const option_row& row) {
  return std::holds_alternative<std::string options::*>(row.field)
         || std::holds_alternative<std::vector<std::string> options::*>(
           row.field);
}

bool is_boolean(const option_row& row) {
  return std::holds_alternative<bool options::*>(row.field);
}

/// Those that may be any text. topic-sync has a grammar of its own, which
/// check_values knows.
const std::set<std::string_view> free_texts{
  "auth-http-address", "broadcast-address",   "config",
  "config-file",       "data-path",           "http-address",
  "http-admin-topic",  "http-allowed-hosts",  "https-address",
  "log-prefix",        "lookupd-tcp-address", "statsd-address",
  "statsd-prefix",     "tcp-address",         "tls-cert",
  "tls-key",           "tls-root-ca-file",    "topic-sync",
};

std::string to_upper(std::string_view text) {
  std::string result{text};
  for (auto& ch : result)
    if (ch >= 'a' && ch <= 'z')
      ch = static_cast<char>(ch - 'a' + 'A');
  return result;
}

/// What a word looks like with a slip in it.
std::vector<std::string> slips_of(std::string_view word) {
  const std::string whole{word};
  std::vector<std::string> result{whole + "x",
                                  "x" + whole,
                                  whole + " ",
                                  " " + whole,
                                  whole + "\n",
                                  "\"" + whole + "\"",
                                  whole + std::string(1, '\0')};
  if (const auto dash = whole.find('-'); dash != whole.npos) {
    auto other = whole;
    other[dash] = '_';
    result.push_back(other);
    other.erase(dash, 1);
    result.push_back(other);
  }
  auto swapped = whole;
  std::swap(swapped[0], swapped[1]);
  result.push_back(swapped);
  return result;
}

bool is_choice(const option_row& row, std::string_view word) {
  return std::find(row.choices.begin(), row.choices.end(), word)
         != row.choices.end();
}

/// Sets an option by command line and by file, which have to agree.
complaint set(options& target, const option_row& row, const std::string& text) {
  auto by_file = target;
  const auto wrong_in_file = assign(by_file, row, setting{text});
  const auto wrong = assign_text(target, row, text);
  BOOST_TEST(wrong.has_value() == wrong_in_file.has_value());
  BOOST_TEST(to_flag_syntax(target, row) == to_flag_syntax(by_file, row));
  return wrong;
}

constexpr std::array go_true{"1", "t", "T", "TRUE", "true", "True"};
constexpr std::array go_false{"0", "f", "F", "FALSE", "false", "False"};
constexpr std::array no_boolean{"",    "yes",  "no", "on",     "off",
                                "tru", "2",    "-1", "true ",  " false",
                                "y",   "fals", "01", "enabled"};

} // namespace

BOOST_AUTO_TEST_SUITE(choices_tests)

BOOST_AUTO_TEST_CASE(knows_which_options_are_any_text) {
  std::set<std::string_view> found;
  for (const auto* row : all_rows())
    if (is_text(*row))
      found.insert(row->name);
  BOOST_TEST(found == free_texts, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(takes_each_word_of_a_closed_list) {
  for (const auto* row : all_rows())
    for (const auto word : row->choices) {
      options target;
      BOOST_TEST(set(target, *row, std::string{word}).value_or("") == "");
      BOOST_TEST(to_flag_syntax(target, *row) == word);
      if (word.empty())
        continue;
      // nsqd compares the policy for clients' certificates as it is.
      const auto exact = row->letter_case == letter_case::exact;
      BOOST_TEST(set(target, *row, to_upper(word)).has_value() == exact,
                 row->name << '=' << word);
      BOOST_TEST(exact == (row->name == "tls-client-auth-policy"));
    }
}

BOOST_AUTO_TEST_CASE(refuses_a_slip_and_leaves_the_option) {
  for (const auto* row : all_rows())
    for (const auto word : row->choices)
      for (const auto& slip : slips_of(word)) {
        if (word.empty() || is_choice(*row, slip))
          continue;
        options target;
        const options before;
        const auto wrong = set(target, *row, slip).value_or("");
        BOOST_TEST(wrong.find("is not one of") != wrong.npos,
                   row->name << '=' << slip);
        BOOST_TEST(to_flag_syntax(target, *row)
                   == to_flag_syntax(before, *row));
      }
}

BOOST_AUTO_TEST_CASE(names_the_nearest_word) {
  for (const auto* row : all_rows())
    for (const auto word : row->choices) {
      if (word.size() < 4)
        continue;
      options target;
      const std::string slip{word.substr(1)};
      const auto wrong = set(target, *row, slip).value_or("");
      BOOST_TEST(wrong.ends_with("; did you mean " + std::string{word} + "?"),
                 wrong);
    }
}

BOOST_AUTO_TEST_CASE(takes_the_booleans_of_go_and_no_others) {
  for (const auto* row : all_rows()) {
    if (!is_switch(*row))
      continue;
    options target;
    for (const auto* text : go_true) {
      BOOST_TEST(assign_text(target, *row, text).value_or("") == "");
      BOOST_TEST(to_flag_syntax(target, *row) == "true");
    }
    for (const auto* text : go_false) {
      BOOST_TEST(assign_text(target, *row, text).value_or("") == "");
      BOOST_TEST(to_flag_syntax(target, *row) == "false");
    }
    for (const auto* text : no_boolean)
      BOOST_TEST(assign_text(target, *row, text).has_value(),
                 row->name << '=' << text);
    // A file writes them without quotes.
    BOOST_TEST(!assign(target, *row, setting{true}).has_value());
    BOOST_TEST(to_flag_syntax(target, *row) == "true");
    BOOST_TEST(assign(target, *row, setting{int64_t{1}}).has_value());
    BOOST_TEST(assign(target, *row, setting{std::string{"true"}}).has_value()
               == is_boolean(*row));
  }
}

BOOST_AUTO_TEST_SUITE_END()
