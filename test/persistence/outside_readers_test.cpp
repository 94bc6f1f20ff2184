// Other processes that read the file.

#include "persistence/lmdb.hpp"
#include "test/persistence/support.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <csignal>
#include <filesystem>

#include <sys/wait.h>
#include <unistd.h>

namespace cafq::test {

namespace {

/// A process that has begun to read, and goes on until it is killed.
class reading_process {
public:
  explicit reading_process(const std::filesystem::path& file) {
    std::array<int, 2> pipe{};
    BOOST_TEST_REQUIRE(::pipe(pipe.data()) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      lmdb::env env{file, size_t{1} << 30};
      const lmdb::txn reading{env, lmdb::txn::mode::read};
      static_cast<void>(!::write(pipe[1], "", 1));
      for (;;)
        ::pause();
    }
    ::close(pipe[1]);
    char begun = 0;
    BOOST_TEST_REQUIRE(::read(pipe[0], &begun, 1) == 1);
    ::close(pipe[0]);
  }

  reading_process(const reading_process&) = delete;
  reading_process& operator=(const reading_process&) = delete;

  ~reading_process() {
    kill();
  }

  void kill() {
    if (pid_ == 0)
      return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, 0), nullptr, 0);
  }

  [[nodiscard]] pid_t pid() const noexcept {
    return pid_;
  }

private:
  pid_t pid_ = 0;
};

struct readers_fixture : store_fixture {
  queue_id q = named_queue("t");
  uint64_t next = 1;

  /// Messages come and go.
  void churn() {
    for (int i = 0; i < 50; ++i) {
      const text message{next++, 0, 0, std::string(60'000, 'x')};
      store->keep(q, {make_block({message}), {}});
      commit_all(*store);
      store->done(q, message.number);
      commit_all(*store);
    }
  }

  [[nodiscard]] uintmax_t size() const {
    return std::filesystem::file_size(dir.store_file());
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(outside_readers_tests, readers_fixture)

BOOST_AUTO_TEST_CASE(one_that_lives_is_named) {
  churn();
  BOOST_TEST(store->readers().empty());
  const reading_process other{dir.store_file()};
  churn();
  const auto found = store->readers();
  BOOST_TEST_REQUIRE(found.size() == 1U);
  BOOST_TEST(found[0].process == other.pid());
  // Each round gives 15 pages back, and those of the trees.
  BOOST_TEST(found[0].pages > 50U * 15U);
  BOOST_TEST(store->dead_readers() == 0U);
}

BOOST_AUTO_TEST_CASE(one_that_was_killed_holds_nothing_back) {
  churn();
  const auto before = size();
  reading_process other{dir.store_file()};
  churn();
  const auto grown = size();
  BOOST_TEST(grown > before + 50 * 60'000);
  other.kill();
  for (int i = 0; i < 3; ++i)
    churn();
  BOOST_TEST(size() < grown + 10 * 60'000);
  BOOST_TEST(store->dead_readers() == 1U);
  BOOST_TEST(store->readers().empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
