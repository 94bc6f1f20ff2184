#include "config/cgroup.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <string>

#include <unistd.h>

using namespace cafq::config;

namespace {

/// Groups as the kernel shows them.
struct groups {
  groups() {
    std::string name = "/tmp/cafq-cgroup-XXXXXX";
    root = ::mkdtemp(name.data());
  }

  groups(const groups&) = delete;
  groups& operator=(const groups&) = delete;

  ~groups() {
    std::filesystem::remove_all(root);
  }

  void write(const std::string& file, const std::string& text) const {
    std::filesystem::create_directories((root / file).parent_path());
    std::ofstream{root / file} << text;
  }

  [[nodiscard]] std::optional<uint64_t> limit(const std::string& own) const {
    write("own", own);
    return memory_limit_of_cgroup(root / "own", root);
  }

  std::filesystem::path root;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(cgroup_tests, groups)

BOOST_AUTO_TEST_CASE(takes_the_least_of_a_group_and_those_above) {
  write("a/memory.max", "4000\n");
  write("a/b/memory.max", "3000\n");
  write("a/b/c/memory.max", "max\n");
  BOOST_TEST((limit("0::/a/b/c\n") == 3000U));
  BOOST_TEST((limit("0::/a\n") == 4000U));
  BOOST_TEST(!limit("0::/\n").has_value());
  BOOST_TEST(!limit("0::/x/y\n").has_value());
}

BOOST_AUTO_TEST_CASE(takes_what_a_container_sees) {
  write("memory.max", "5000\n");
  BOOST_TEST((limit("0::/\n") == 5000U));
  write("memory/memory.limit_in_bytes", "6000\n");
  BOOST_TEST((limit("9:cpu,memory:/docker/1234\n8:pids:/\n") == 6000U));
}

BOOST_AUTO_TEST_CASE(knows_version_1) {
  write("memory/memory.limit_in_bytes", "9223372036854771712\n");
  write("memory/a/memory.limit_in_bytes", "7000\n");
  BOOST_TEST((limit("4:memory:/a/b\n0::/\n") == 7000U));
  BOOST_TEST(!limit("4:memory:/\n").has_value());
}

BOOST_AUTO_TEST_CASE(does_without) {
  BOOST_TEST(!limit("").has_value());
  BOOST_TEST(!limit("nonsense\n:\n").has_value());
  BOOST_TEST(!memory_limit_of_cgroup("/none", "/none").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
