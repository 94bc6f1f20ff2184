#include "config/lookupd_options.hpp"

#include "config/dump.hpp"
#include "config/file_options.hpp"
#include "config/help.hpp"
#include "config/load.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

namespace cafq::test {

using namespace config;

namespace {

std::variant<loaded, exit_request> run(std::vector<const char*> args) {
  args.insert(args.begin(), "cafqlookupd");
  return load(static_cast<int>(args.size()), args.data(), role::lookupd);
}

options started(const std::vector<const char*>& args) {
  return std::get<loaded>(run(args)).values;
}

exit_request left(const std::vector<const char*>& args) {
  return std::get<exit_request>(run(args));
}

} // namespace

BOOST_AUTO_TEST_SUITE(lookupd_options_tests)

BOOST_AUTO_TEST_CASE(has_the_defaults_of_nsqlookupd) {
  const auto x = started({});
  BOOST_TEST(x.tcp_address == "0.0.0.0:4160");
  BOOST_TEST(x.http_address == "0.0.0.0:4161");
  BOOST_TEST(x.broadcast_address == hostname());
  BOOST_TEST(x.inactive_producer_timeout.count() == 300'000'000'000);
  BOOST_TEST(x.tombstone_lifetime.count() == 45'000'000'000);
  BOOST_TEST(x.log_prefix == "[cafqlookupd] ");
}

BOOST_AUTO_TEST_CASE(takes_the_flags_of_nsqlookupd) {
  const auto x = started({"-tcp-address=:1", "--http-address", ":2",
                          "--broadcast-address=a", "--tombstone-lifetime=1m",
                          "--inactive-producer-timeout=0s", "--verbose",
                          "--log-prefix=x", "--log-level=error"});
  BOOST_TEST(x.tcp_address == ":1");
  BOOST_TEST(x.http_address == ":2");
  BOOST_TEST(x.broadcast_address == "a");
  BOOST_TEST(x.tombstone_lifetime.count() == 60'000'000'000);
  BOOST_TEST(x.inactive_producer_timeout.count() == 0);
}

BOOST_AUTO_TEST_CASE(refuses_those_of_the_broker) {
  const auto exit = left({"--node-id=1"});
  BOOST_TEST(exit.code == 2);
  BOOST_TEST(exit.err
             == "cafqlookupd: unknown option --node-id; see cafqlookupd "
                "--help\n");
  BOOST_TEST(left({"--config=a"}).err.find("[cafqlookupd]")
             != std::string::npos);
  BOOST_TEST(left({"--tombstone-lifetime=-1s"}).code == 2);
}

BOOST_AUTO_TEST_CASE(says_who_it_is) {
  BOOST_TEST(
    left({"--version"}).out.ends_with(" (stands for nsqlookupd v1.3.0)\n"));
  const std::vector as{"/bin/nsqlookupd", "--version"};
  BOOST_TEST(std::get<exit_request>(load(2, as.data(), role::lookupd))
               .out.starts_with("nsqlookupd v1.3.0 (built w/cafqlookupd-"));
  BOOST_TEST(left({"--help"}).out.find("Usage: cafqlookupd")
             != std::string::npos);
  BOOST_TEST(left({"--check-config"}).out
             == "cafqlookupd: the command line is good\n");
}

BOOST_AUTO_TEST_CASE(reads_a_section_of_its_own) {
  auto x = configuration_of(role::lookupd);
  BOOST_TEST(!read_text("[cafqlookupd]\ntombstone-lifetime = 7s\n", "f", x));
  BOOST_TEST(x.values.tombstone_lifetime.count() == 7'000'000'000);
  BOOST_TEST(*read_text("[cafqd]\n", "f", x) == "f:1: unknown section [cafqd]");
  BOOST_TEST(*read_text("tcp-address = \"a\"\n", "f", x)
             == "f:1: tcp-address stands outside a section; put [cafqlookupd] "
                "above it");
  BOOST_TEST(*read_text("[cafqlookupd]\nnode-id = 1\n", "f", x)
             == "f:2: unknown option node-id");
}

BOOST_AUTO_TEST_CASE(is_the_same_behind_a_dump) {
  const auto first = started({"--tombstone-lifetime=7s"});
  auto x = configuration_of(role::lookupd);
  BOOST_TEST(!read_text(dump(first, {}, role::lookupd), "f", x));
  BOOST_TEST(x.values.tombstone_lifetime.count() == 7'000'000'000);
  BOOST_TEST(x.values.tcp_address == "0.0.0.0:4160");
}

BOOST_AUTO_TEST_CASE(the_example_is_in_step) {
  std::ifstream file{CAFQ_LOOKUPD_EXAMPLE_FILE};
  std::ostringstream text;
  text << file.rdbuf();
  const auto in_step = text.str() == example_file(role::lookupd);
  if (!in_step)
    std::ofstream{"cafqlookupd.conf.example"} << example_file(role::lookupd);
  BOOST_TEST(in_step, "the example differs from ./cafqlookupd.conf.example");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
