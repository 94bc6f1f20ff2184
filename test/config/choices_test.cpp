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
