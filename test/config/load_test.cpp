#include "config/load.hpp"

#include "config/checks.hpp"
#include "config/option_table.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <ostream>

#include <unistd.h>

using namespace cafq::config;

namespace {

using result = std::variant<loaded, exit_request>;

result run(std::vector<const char*> args) {
  args.insert(args.begin(), "cafqd");
  return load(static_cast<int>(args.size()), args.data());
}

loaded start(const std::vector<const char*>& args) {
  auto outcome = run(args);
  if (const auto* exit = std::get_if<exit_request>(&outcome))
    BOOST_FAIL(exit->err);
  return std::get<loaded>(std::move(outcome));
}

exit_request leave(const std::vector<const char*>& args) {
  auto outcome = run(args);
  BOOST_TEST_REQUIRE(std::holds_alternative<exit_request>(outcome));
  return std::get<exit_request>(std::move(outcome));
}

/// A configuration file that lasts as long as a test.
struct scratch_file {
  explicit scratch_file(const std::string& text)
    : path(std::filesystem::temp_directory_path()
           / ("cafq-load-test-" + std::to_string(::getpid()) + ".conf")),
      flag("--config-file=" + path.string()) {
    std::ofstream{path} << text;
  }

  scratch_file(const scratch_file&) = delete;
  scratch_file& operator=(const scratch_file&) = delete;

  ~scratch_file() {
    std::filesystem::remove(path);
  }

  std::filesystem::path path;
  std::string flag;
};

struct refusal {
  std::vector<const char*> args;
  int code;
  std::string_view err;
};

std::ostream& operator<<(std::ostream& out, const refusal& x) {
  return out << x.err;
}

const std::array refusals{
  refusal{{"--frobnicate"},
          2,
          "cafqd: unknown option --frobnicate; see cafqd --help\n"},
  refusal{{"--node-id=2000"},
          2,
          "cafqd: --node-id: 2000 is out of range, must be 0..1023\n"},
  refusal{{"--lookupd-tcp-address=user:secret@host:4160"},
          1,
          "cafqd: --lookupd-tcp-address: wants HOST:PORT, without a user or a "
          "password\n"},
  refusal{{"--statsd-address=user:secret@host:8125"},
          1,
          "cafqd: --statsd-address: wants HOST:PORT, without a user or a "
          "password\n"},
  refusal{{"--topic-sync=orders"},
          1,
          "cafqd: --topic-sync: \"orders\" is not GLOB=MODE, such as "
          "orders.*=always\n"},
  refusal{{"--topic-sync=a=always", "--topic-sync=b=never"},
          1,
          "cafqd: --topic-sync: \"never\" in \"b=never\" is not one of "
          "overflow, interval or always\n"},
  refusal{{"--check-config", "--topic-sync=a b=always"},
          1,
          "cafqd: --topic-sync: \"a b\" in \"a b=always\" matches no topic\n"},
  refusal{{"--config-file=/nowhere"},
          1,
          "cafqd: cannot read /nowhere: No such file or directory\n"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(load_tests)

BOOST_AUTO_TEST_CASE(starts_with_the_defaults) {
  const auto outcome = start({});
  BOOST_TEST(outcome.values.tcp_address == "0.0.0.0:4150");
  BOOST_TEST(outcome.caf.empty());
  BOOST_TEST(outcome.notes.empty());
}

BOOST_AUTO_TEST_CASE(copes_with_no_program_name) {
  BOOST_TEST(std::holds_alternative<loaded>(load(0, nullptr)));
}

BOOST_AUTO_TEST_CASE(lets_the_command_line_beat_the_file_and_it_the_default) {
  const scratch_file file{"[cafqd]\nnode-id = 1\nmax-rdy-count = 2\n"
                          "[scheduler]\nmax-threads = 2\n"};
  const auto outcome = start({"--node-id=3", file.flag.c_str()});
  BOOST_TEST(outcome.values.node_id == 3);
  BOOST_TEST(outcome.values.max_rdy_count == 2);
  BOOST_TEST(outcome.values.mem_queue_size == 10000);
  BOOST_TEST(outcome.caf.size() == 1U);
}

BOOST_AUTO_TEST_CASE(lets_the_command_line_take_an_unsupported_option_back) {
  const scratch_file file{"[cafqd]\nstatsd-address = \":1\"\n"};
  const auto outcome = start({file.flag.c_str(), "--statsd-address="});
  BOOST_TEST(outcome.values.statsd_address == "");
}

BOOST_AUTO_TEST_CASE(takes_unsupported_options_that_ask_for_nothing) {
  const auto outcome
    = start({"--http-address=", "--https-address=", "--tls-required=false",
             "--statsd-interval=60s", "--tls-cert="});
  BOOST_TEST(outcome.notes.empty());
}

BOOST_AUTO_TEST_CASE(takes_the_options_that_are_built) {
  start({"--deflate=false", "--snappy=false", "--data-path=/tmp",
         "--max-output-buffer-size=1", "--memory-limit=1048576"});
}

BOOST_AUTO_TEST_CASE(names_file_and_line_of_a_bad_sync_rule) {
  const scratch_file file{
    "[cafqd]\ntopic-sync = [\"orders.*=always\", \"metrics=maybe\"]\n"};
  const auto exit = leave({file.flag.c_str()});
  BOOST_TEST(exit.code == 1);
  BOOST_TEST(exit.err
             == "cafqd: " + file.path.string()
                  + ":2: topic-sync: \"maybe\" in \"metrics=maybe\" is not "
                    "one of overflow, interval or always\n");
}

BOOST_AUTO_TEST_CASE(notes_options_without_effect) {
  const scratch_file file{"[cafqd]\nsync_every = 5\n"};
  const auto outcome = start({file.flag.c_str(), "--worker-id"});
  BOOST_TEST_REQUIRE(outcome.notes.size() == 2U);
  BOOST_TEST(outcome.notes[0]
             == file.path.string()
                  + ":2: sync_every is known for nsqd's sake and has no effect "
                    "(messages per fsync of nsqd's disk queue)");
  BOOST_TEST(outcome.notes[1]
             == "--worker-id is known for nsqd's sake and has no effect (use "
                "node-id)");
}

BOOST_AUTO_TEST_CASE(fits_the_memory_limit_to_the_cgroup) {
  constexpr uint64_t mebibyte = uint64_t{1} << 20;
  configuration x;
  BOOST_TEST(!fit_memory_limit(x, std::nullopt));
  BOOST_TEST(!fit_memory_limit(x, 512 * mebibyte));
  BOOST_TEST(x.values.memory_limit == int64_t{256} << 20);
  const auto line = fit_memory_limit(x, 100 * mebibyte);
  BOOST_TEST_REQUIRE(line.has_value());
  BOOST_TEST(*line
             == "--memory-limit is 52428800: half of the 104857600 bytes that "
                "the cgroup of this process may use");
  BOOST_TEST(x.values.memory_limit == int64_t{50} << 20);
  BOOST_TEST(fit_memory_limit(x, 1).has_value());
  BOOST_TEST(x.values.memory_limit == int64_t{1} << 20);
  configuration told;
  told.origins[find_option("memory-limit")] = "--memory-limit";
  BOOST_TEST(!fit_memory_limit(told, 100 * mebibyte));
}

BOOST_DATA_TEST_CASE(refuses_with_one_line, refusals, x) {
  const auto exit = leave(x.args);
  BOOST_TEST(exit.code == x.code);
  BOOST_TEST(exit.out == "");
  BOOST_TEST(exit.err == x.err);
}

BOOST_AUTO_TEST_CASE(prints_the_version) {
  for (const auto* flag : {"--version", "-version", "--version=true"}) {
    const auto exit = leave({flag});
    BOOST_TEST(exit.code == 0);
    BOOST_TEST(exit.out.starts_with("cafqd v"));
    BOOST_TEST(exit.out.ends_with(" (stands for nsqd v1.3.0)\n"));
    BOOST_TEST(exit.err == "");
  }
}

BOOST_AUTO_TEST_CASE(speaks_as_nsqd_under_its_name) {
  for (const auto* name : {"nsqd", "/usr/bin/nsqd", "./nsqd"}) {
    const std::vector version{name, "-version"};
    const auto exit = std::get<exit_request>(load(2, version.data()));
    BOOST_TEST(exit.code == 0);
    BOOST_TEST(exit.out.starts_with("nsqd v1.3.0 (built w/cafqd-"));
    BOOST_TEST(exit.out.ends_with(")\n"));
    const std::vector wrong{name, "-node-id=x"};
    BOOST_TEST(std::get<exit_request>(load(2, wrong.data()))
                 .err.starts_with("nsqd: --node-id"));
    const auto started = std::get<loaded>(load(1, version.data()));
    BOOST_TEST(started.values.log_prefix == "[nsqd] ");
    BOOST_TEST((started.who == program::nsqd));
  }
  for (const auto* name : {"cafqd", "/opt/nsqd/cafqd", "nsqd2", "", "/"}) {
    const std::vector version{name, "-version"};
    BOOST_TEST(std::get<exit_request>(load(2, version.data()))
                 .out.starts_with("cafqd v"));
  }
}

BOOST_AUTO_TEST_CASE(prints_the_help) {
  const auto exit = leave({"--config-file=/nowhere", "-h"});
  BOOST_TEST(exit.code == 0);
  BOOST_TEST(exit.out.find("Usage: cafqd") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(checks_a_file) {
  const scratch_file file{"[cafqd]\nnode-id = 1\n"};
  const auto exit = leave({file.flag.c_str(), "--check-config"});
  BOOST_TEST(exit.code == 0);
  BOOST_TEST(exit.out == "cafqd: " + file.path.string() + " is good\n");
}

BOOST_AUTO_TEST_CASE(checks_a_bad_file) {
  const scratch_file file{"[cafqd]\nnode-id = 1024\n"};
  const auto exit = leave({file.flag.c_str(), "--check-config"});
  BOOST_TEST(exit.code == 1);
  BOOST_TEST(exit.err
             == "cafqd: " + file.path.string()
                  + ":2: node-id: 1024 is out of range, must be 0..1023\n");
}

BOOST_AUTO_TEST_CASE(dumps_what_it_takes_back) {
  const auto first = leave({"--dump-config", "--node-id=5", "--snappy=false"});
  BOOST_TEST(first.code == 0);
  const scratch_file file{first.out};
  const auto second = leave({file.flag.c_str(), "--dump-config"});
  BOOST_TEST(second.out == first.out);
  BOOST_TEST(second.out.find("node-id = 5\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
