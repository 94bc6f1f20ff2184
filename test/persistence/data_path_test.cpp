#include "persistence/data_path.hpp"

#include "persistence/storage_error.hpp"
#include "test/persistence/support.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <optional>

#include <sys/wait.h>
#include <unistd.h>

namespace cafq::test {

namespace {

/// Returns why the directory was refused, or nothing.
std::optional<std::string> refusal(const std::filesystem::path& dir) {
  try {
    const data_path x{dir};
    return std::nullopt;
  } catch (const storage_error& x) {
    BOOST_TEST((x.kind() == storage_failure::refused));
    return x.what();
  }
}

bool contains(const std::optional<std::string>& text, std::string_view part) {
  return text && text->find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(data_path_tests)

BOOST_AUTO_TEST_CASE(holds_the_lock_for_as_long_as_it_lives) {
  const scratch_directory dir;
  std::optional<data_path> first{dir.path()};
  BOOST_TEST(first->store_file() == dir.store_file());
  BOOST_TEST(first->warnings().empty());
  const auto pid = "pid " + std::to_string(::getpid());
  BOOST_TEST(contains(refusal(dir.path()), pid));
  data_path second{std::move(*first)};
  first.reset();
  BOOST_TEST(contains(refusal(dir.path()), pid));
  { const auto last = std::move(second); }
  BOOST_TEST(!refusal(dir.path()));
}

BOOST_AUTO_TEST_CASE(is_free_after_a_killed_holder) {
  const scratch_directory dir;
  const auto child = ::fork();
  if (child == 0) {
    const data_path x{dir.path()};
    ::_exit(0); // without the destructor
  }
  int status = 0;
  BOOST_TEST(::waitpid(child, &status, 0) == child);
  BOOST_TEST(std::filesystem::exists(dir.path() / "cafqd.lock"));
  BOOST_TEST(!refusal(dir.path()));
}

BOOST_AUTO_TEST_CASE(refuses_the_files_of_nsqd_and_leaves_them_alone) {
  for (const auto* name : {"nsqd.dat", "orders.diskqueue.meta.dat",
                           "orders:archive.diskqueue.000001.dat"}) {
    const scratch_directory dir;
    std::ofstream{dir.path() / name} << "precious";
    BOOST_TEST(contains(refusal(dir.path()), name));
    BOOST_TEST(!std::filesystem::exists(dir.path() / "cafqd.lock"));
    BOOST_TEST(std::filesystem::file_size(dir.path() / name) == 8U);
  }
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_writable_directory) {
  const scratch_directory dir;
  BOOST_TEST(contains(refusal(dir.path() / "none"), "does not exist"));
  std::ofstream{dir.path() / "file"} << "x";
  BOOST_TEST(contains(refusal(dir.path() / "file"), "not a directory"));
  if (::geteuid() == 0)
    return; // who may write anywhere
  std::filesystem::permissions(dir.path(),
                               std::filesystem::perms::owner_read
                                 | std::filesystem::perms::owner_exec);
  BOOST_TEST(contains(refusal(dir.path()), "not writable"));
  std::filesystem::permissions(dir.path(), std::filesystem::perms::owner_all);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
