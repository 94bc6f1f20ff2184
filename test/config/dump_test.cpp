#include "config/dump.hpp"

#include "config/checks.hpp"
#include "config/file_options.hpp"
#include "config/option_table.hpp"
#include "config/print.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <sstream>

using namespace cafq::config;
using namespace std::chrono_literals;

namespace {

configuration read(const std::string& text) {
  configuration result;
  BOOST_TEST(read_text(text, "dump", result).value_or("") == "");
  return result;
}

void check_equal(const options& left, const options& right) {
  for (const auto& group : option_table())
    for (const auto& row : group.rows)
      BOOST_TEST(to_file_syntax(left, row) == to_file_syntax(right, row),
                 row.name);
}

std::string example() {
  const std::ifstream file{CAFQ_EXAMPLE_FILE};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Takes the `;` from every setting; comments have a space after it.
std::string uncomment(const std::string& text) {
  std::istringstream lines{text};
  std::string line;
  std::string result;
  while (std::getline(lines, line)) {
    if (line.size() > 1 && line[0] == ';' && line[1] != ' ')
      line.erase(0, 1);
    result += line + '\n';
  }
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(dump_tests)

BOOST_AUTO_TEST_CASE(reads_back_the_defaults) {
  const options defaults;
  const auto result = read(dump(defaults));
  check_equal(result.values, defaults);
  BOOST_TEST(check_values(result).value_or("") == "");
  BOOST_TEST(notes(result).empty());
}

BOOST_AUTO_TEST_CASE(reads_back_what_is_unusual) {
  options x;
  x.node_id = 3;
  x.log_prefix = "tab\tquote\"back\\slash\r\nend";
  x.tls_required = tls_need::all_but_http;
  x.deflate = false;
  x.mem_queue_size = std::numeric_limits<int64_t>::max();
  x.msg_timeout = 1500ms;
  x.max_msg_timeout = 25h;
  x.max_req_timeout = std::chrono::nanoseconds{1};
  x.max_heartbeat_interval = 0s;
  x.lookupd_tcp_address = {"b:2", "a:1"};
  x.e2e_processing_latency_percentile = {1.0, 0.99, 0.1, 1e-7};
  const caf_settings caf{
    {"middleman.app-identifiers", std::vector<scalar>{"a", "b"}},
    {"scheduler.max-threads", int64_t{2}},
    {"scheduler.policy", "sharing"},
    {"stream.max-batch-delay", std::chrono::nanoseconds{5ms}}};
  const auto text = dump(x, caf);
  const auto result = read(text);
  check_equal(result.values, x);
  BOOST_TEST((result.caf == caf));
  BOOST_TEST(dump(result.values, result.caf) == text);
}

BOOST_AUTO_TEST_CASE(leaves_out_what_has_no_effect_in_a_file) {
  const auto text = dump(options{});
  BOOST_TEST(text.find("sync-every") == std::string::npos);
  BOOST_TEST(text.find("config-file") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(keeps_the_example_in_step_with_the_table) {
  const auto expected = example_file();
  const bool in_step = example() == expected;
  // Copy this file over the example when the table changed.
  if (!in_step)
    std::ofstream{"cafqd.conf.example"} << expected;
  BOOST_TEST(in_step, "the example differs from ./cafqd.conf.example");
}

BOOST_AUTO_TEST_CASE(changes_nothing_with_the_example_as_it_is) {
  const auto result = read(example());
  BOOST_TEST(result.origins.empty());
  BOOST_TEST(result.caf.empty());
}

BOOST_AUTO_TEST_CASE(shows_the_defaults_in_the_example) {
  auto result = read(uncomment(example()));
  BOOST_TEST(result.caf.size() == 1U);
  for (const auto& group : option_table())
    for (const auto& row : group.rows)
      if (row.scope == scope::anywhere && row.support != support::ignored)
        BOOST_TEST(result.origins.count(&row) == 1U, row.name);
  options defaults;
  defaults.node_id = result.values.node_id;
  defaults.broadcast_address = result.values.broadcast_address;
  check_equal(result.values, defaults);
}

BOOST_AUTO_TEST_SUITE_END()
