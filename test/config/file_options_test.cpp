#include "config/file_options.hpp"

#include "config/option_table.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <ostream>

using namespace cafq::config;
using namespace std::chrono_literals;

namespace {

configuration read(const std::string& text) {
  configuration result;
  BOOST_TEST(read_text(text, "a.conf", result).value_or("") == "");
  return result;
}

struct bad_text {
  std::string text;
  std::string_view error;
};

std::ostream& operator<<(std::ostream& out, const bad_text& x) {
  return out << x.text;
}

const std::array bad_texts{
  bad_text{"[cafqd]\ntcp-adress = \":1\"\n",
           "a.conf:2: unknown option tcp-adress; did you mean tcp-address?"},
  bad_text{"[cafqd]\nfrobnicate = 1\n", "a.conf:2: unknown option frobnicate"},
  bad_text{"\n[cafqd]\n\nnode-id = 1024\n",
           "a.conf:4: node-id: 1024 is out of range, must be 0..1023"},
  bad_text{"[cafqd]\nnode_id = \"1\"\n",
           "a.conf:2: node_id: wants a whole number, not text"},
  bad_text{"[cafqd]\nlog-level = 'loud'\n",
           R"(a.conf:2: log-level: "loud" is not one of debug, info, warn, )"
           "error or fatal"},
  bad_text{"[cafqd]\nconfig-file = \"x\"\n",
           "a.conf:2: config-file belongs on the command line, not in a file"},
  bad_text{"[cafqd]\nid = 1\nnode-id = 2\n",
           "a.conf:3: node-id is set twice, first on line 2"},
  bad_text{"[cafqd]\ndeflate = { a = 1 }\n",
           "a.conf:2: unknown section [cafqd.deflate]"},
  bad_text{"[cafq]\n", "a.conf:1: unknown section [cafq]; did you mean cafqd?"},
  bad_text{"[nothing]\n", "a.conf:1: unknown section [nothing]"},
  bad_text{"node-id = 1\n",
           "a.conf:1: node-id stands outside a section; put [cafqd] above it"},
  bad_text{"frobnicate = 1\n", "a.conf:1: frobnicate stands outside a section"},
  bad_text{"[scheduler]\npolicy = 5\n",
           "a.conf:2: scheduler.policy wants a word of at most 10 letters in "
           "quotes"},
  bad_text{"[scheduler]\nmax-thread = 5\n",
           "a.conf:2: unknown setting scheduler.max-thread; did you mean "
           "scheduler.max-threads?"},
  bad_text{"[scheduler]\nmax-threads = 5\nmax-threads = 6\n",
           "a.conf:3: max-threads is set twice, first on line 2"},
  bad_text{
    "[cafqd]\nnode-id = 1 # one\n",
    R"(a.conf:2: unexpected "#"; text and durations such as 1m30s go in )"
    "double quotes, a comment starts with ;"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(file_options_tests)

BOOST_AUTO_TEST_CASE(sets_options_under_the_names_of_flags_and_of_nsqd) {
  const auto result = read("; all forms\n"
                           "[cafqd]\n"
                           "id = 5\n"
                           "tcp-address = \":1\"\n"
                           "mem_queue_size = 7\n"
                           "msg-timeout = 1min ; one\n"
                           "max_msg_timeout = \"1m30s\"\n"
                           "snappy = false\n"
                           "nsqlookupd_tcp_addresses = [\"a:1\", \"b:2\"]\n"
                           "e2e_processing_latency_percentiles = [0.5, 1.0]\n");
  const auto& x = result.values;
  BOOST_TEST(x.node_id == 5);
  BOOST_TEST(x.tcp_address == ":1");
  BOOST_TEST(x.mem_queue_size == 7);
  BOOST_TEST((x.msg_timeout == 1min));
  BOOST_TEST((x.max_msg_timeout == 90s));
  BOOST_TEST(!x.snappy);
  BOOST_TEST((x.lookupd_tcp_address == std::vector<std::string>{"a:1", "b:2"}));
  BOOST_TEST(
    (x.e2e_processing_latency_percentile == std::vector<double>{1.0, 0.5}));
}

BOOST_AUTO_TEST_CASE(passes_the_sections_of_caf_on) {
  const auto result = read("[scheduler]\npolicy = 'sharing'\nmax-threads = 2\n"
                           "[cafqd]\nnode-id = 1\n"
                           "[middleman]\nworkers = 0\n");
  const caf_settings expected{{"scheduler.policy", "sharing"},
                              {"scheduler.max-threads", int64_t{2}},
                              {"middleman.workers", int64_t{0}}};
  BOOST_TEST((result.caf == expected));
}

BOOST_AUTO_TEST_CASE(remembers_where_an_option_was_set) {
  const auto result = read("[cafqd]\n\nsync_every = 5\n");
  BOOST_TEST(result.origins.at(find_option("sync-every"))
             == "a.conf:3: sync_every");
}

BOOST_AUTO_TEST_CASE(lets_a_section_come_in_two_parts) {
  const auto result = read("[cafqd]\nnode-id = 1\n[scheduler]\n"
                           "[cafqd]\nmax-rdy-count = 2\n");
  BOOST_TEST(result.values.node_id == 1);
  BOOST_TEST(result.values.max_rdy_count == 2);
}

BOOST_DATA_TEST_CASE(says_what_is_wrong_and_where, bad_texts, x) {
  configuration target;
  BOOST_TEST(read_text(x.text, "a.conf", target).value_or("") == x.error);
}

BOOST_AUTO_TEST_CASE(says_why_a_file_cannot_be_read) {
  configuration target;
  BOOST_TEST(read_file("/nowhere/a.conf", target).value_or("")
             == "cannot read /nowhere/a.conf: No such file or directory");
  BOOST_TEST(read_file("/", target).value_or("")
             == "cannot read /: Is a directory");
}

BOOST_AUTO_TEST_CASE(reads_an_empty_file) {
  configuration target;
  BOOST_TEST(read_file("/dev/null", target).value_or("") == "");
  BOOST_TEST(target.origins.empty());
}

BOOST_AUTO_TEST_SUITE_END()
