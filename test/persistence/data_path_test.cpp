#include "persistence/data_path.hpp"

#include "persistence/storage_error.hpp"
#include "test/persistence/support.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <optional>

#include <sys/stat.h>
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

BOOST_AUTO_TEST_CASE(follows_no_links) {
  const scratch_directory elsewhere;
  const auto target = elsewhere.path() / "target";
  for (const auto* name :
       {"cafqd.lock", "cafq.mdb", "cafq.mdb-lock", "cafq.mdb.new"}) {
    std::ofstream{target} << "precious";
    const scratch_directory dir;
    std::filesystem::create_symlink(target, dir.path() / name);
    BOOST_TEST(contains(refusal(dir.path()),
                        std::string{name} + ": is a symbolic link"));
    BOOST_TEST(std::filesystem::file_size(target) == 8U);
    // Nor may it create one.
    std::filesystem::remove(target);
    BOOST_TEST(contains(refusal(dir.path()), "is a symbolic link"));
    BOOST_TEST(!std::filesystem::exists(target));
  }
}

BOOST_AUTO_TEST_CASE(writes_to_no_file_with_another_name) {
  const scratch_directory elsewhere;
  const auto target = elsewhere.path() / "target";
  for (const auto* name :
       {"cafqd.lock", "cafq.mdb", "cafq.mdb-lock", "cafq.mdb.new"}) {
    std::ofstream{target} << "precious";
    const scratch_directory dir;
    std::filesystem::create_hard_link(target, dir.path() / name);
    BOOST_TEST(contains(refusal(dir.path()), "has another name"));
    BOOST_TEST(std::filesystem::file_size(target) == 8U);
  }
}

BOOST_AUTO_TEST_CASE(says_which_files_others_may_open) {
  const scratch_directory dir;
  static_cast<void>(open_message_store(data_path{dir.path()}.store_file()));
  BOOST_TEST(data_path{dir.path()}.warnings().empty());
  BOOST_TEST_REQUIRE(::chmod((dir.path() / "cafq.mdb").c_str(), 0644) == 0);
  const data_path mine{dir.path()};
  BOOST_TEST_REQUIRE(mine.warnings().size() == 1U);
  BOOST_TEST(contains(mine.warnings()[0], "cafq.mdb: others may open it"));
}

BOOST_AUTO_TEST_CASE(takes_no_pipe_for_a_file) {
  const scratch_directory dir;
  BOOST_TEST_REQUIRE(::mkfifo((dir.path() / "cafq.mdb").c_str(), 0600) == 0);
  BOOST_TEST(contains(refusal(dir.path()), "is not a regular file"));
}

BOOST_AUTO_TEST_CASE(takes_no_pipe_for_the_lock) {
  const scratch_directory dir;
  BOOST_TEST_REQUIRE(::mkfifo((dir.path() / "cafqd.lock").c_str(), 0600) == 0);
  BOOST_TEST(contains(refusal(dir.path()), "is not a regular file"));
  BOOST_CHECK_THROW(data_path_view{dir.path()}, storage_error);
}

BOOST_AUTO_TEST_CASE(creates_files_for_its_user_only) {
  const scratch_directory dir;
  const auto before = ::umask(0);
  const data_path mine{dir.path()};
  static_cast<void>(open_message_store(mine.store_file()));
  ::umask(before);
  size_t found = 0;
  for (const auto& x : std::filesystem::directory_iterator{dir.path()}) {
    struct stat info {};
    BOOST_TEST_REQUIRE(::stat(x.path().c_str(), &info) == 0);
    BOOST_TEST((info.st_mode & 0777U) == 0600U);
    ++found;
  }
  BOOST_TEST(found == 3U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
