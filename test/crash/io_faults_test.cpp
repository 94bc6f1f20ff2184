#include "persistence/storage_error.hpp"
#include "test/crash/file_calls.hpp"
#include "test/crash/store_load.hpp"
#include "test/persistence/support.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <iostream>
#include <map>
#include <optional>
#include <string>

#include <unistd.h>

namespace cafq::test {

namespace {

enum class manner : uint8_t { no_space, io_error, short_write };

/// Makes one call fail, once.
class failing_disk final : public file_watcher {
public:
  /// @param nth Counts from 1; 0 for none.
  failing_disk(std::filesystem::path dir, size_t nth, manner how)
    : dir_(std::move(dir)), nth_(nth), how_(how) {
    watch_files(this);
  }

  ~failing_disk() override {
    watch_files(nullptr);
  }

  bool watches(int descriptor) override {
    std::array<char, PATH_MAX> name{};
    const auto link = "/proc/self/fd/" + std::to_string(descriptor);
    const auto size = ::readlink(link.c_str(), name.data(), name.size());
    const std::string_view found{
      name.data(), static_cast<size_t>(std::max<ssize_t>(size, 0))};
    // LMDB's table of readers is no data.
    return found.starts_with(dir_.native()) && !found.ends_with("-lock");
  }

  int before(file_call what, uint64_t /*at*/, size_t& size) override {
    if (++calls_ != nth_)
      return 0;
    failed_ = what;
    if (how_ == manner::short_write && what == file_call::write) {
      size /= 2;
      return 0;
    }
    return how_ == manner::no_space ? ENOSPC : EIO;
  }

  /// Returns what failed, if anything did.
  [[nodiscard]] const std::optional<file_call>& failed() const noexcept {
    return failed_;
  }

private:
  std::filesystem::path dir_;
  size_t nth_;
  manner how_;
  size_t calls_ = 0;
  std::optional<file_call> failed_;
};

/// How a store came through.
enum class outcome : uint8_t { untouched, went_on, ended };

/// Uses a store while the n-th call fails, and looks at what is left.
class scenario {
public:
  explicit scenario(manner how) : how_(how) {
    // nop
  }

  outcome run(size_t nth) {
    const scratch_directory dir;
    static_cast<void>(open_message_store(dir.store_file()));
    failed_ = std::nullopt;
    states_ = {{0, describe(model{})}};
    durable_ = 0;
    const auto result = use(dir, nth);
    const auto store = open_message_store(dir.store_file());
    const auto found = describe(*store);
    if (result != outcome::ended) {
      BOOST_TEST((found == states_.back().second));
      return result;
    }
    // No false OK: what was reported durable is there, whole groups of the rest
    // may be.
    BOOST_TEST(std::any_of(states_.begin(), states_.end(), [&](const auto& x) {
      return x.first >= durable_ && x.second == found;
    }));
    BOOST_TEST(store->damaged_blocks() == 0U);
    return result;
  }

  /// Returns what failed in the last run.
  [[nodiscard]] const std::optional<file_call>& failed() const noexcept {
    return failed_;
  }

private:
  outcome use(const scratch_directory& dir, size_t nth) {
    constexpr size_t steps = 40;
    store_options options;
    options.max_transaction_bytes = 20'000;
    const auto store = open_message_store(dir.store_file(), options);
    store_load load{*store, 7};
    failing_disk disk{dir.path(), nth, how_};
    auto on = true;
    for (size_t i = 0; on && i < steps; ++i) {
      load.step();
      const auto text = describe(load.now());
      states_.emplace_back(store->staged(), text);
      on = i % 4 != 3 || commit(*store);
      if (on) // reads do
        BOOST_TEST((describe(*store) == text));
    }
    failed_ = disk.failed();
    if (!on)
      return outcome::ended;
    return failed_ ? outcome::went_on : outcome::untouched;
  }

  /// @returns whether the store goes on.
  bool commit(message_store& store) {
    for (auto more = true; more;) {
      try {
        more = store.commit();
        durable_ = store.durable();
      } catch (const storage_error& x) {
        BOOST_TEST(store.durable() == durable_);
        if (x.kind() == storage_failure::full) {
          BOOST_TEST((how_ == manner::no_space));
          continue; // as the store actor does, later
        }
        BOOST_TEST((x.kind() == storage_failure::fatal));
        const std::string said = x.what();
        if (how_ == manner::no_space)
          BOOST_TEST(said.find("No space left on device") != std::string::npos,
                     said);
        // For good, although the disk is well again.
        BOOST_CHECK_THROW(static_cast<void>(store.commit()), storage_error);
        BOOST_TEST(store.durable() == durable_);
        return false;
      }
    }
    return true;
  }

  manner how_;
  std::optional<file_call> failed_;
  /// What was staged after each group, and what the model was.
  std::vector<std::pair<uint64_t, std::string>> states_;
  uint64_t durable_ = 0;
};

/// Lets every call fail in turn.
/// @returns how many runs ended how, by what failed.
std::map<std::pair<file_call, outcome>, size_t> run_all(manner how) {
  std::map<std::pair<file_call, outcome>, size_t> result;
  scenario x{how};
  for (size_t nth = 1;; ++nth)
    BOOST_TEST_CONTEXT("failing call " << nth) {
      const auto end = x.run(nth);
      if (end == outcome::untouched)
        return result;
      ++result[{*x.failed(), end}];
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(io_faults_tests)

BOOST_AUTO_TEST_CASE(an_io_error_anywhere_ends_the_store) {
  auto ends = run_all(manner::io_error);
  BOOST_TEST((ends[{file_call::write, outcome::ended}] > 20U));
  BOOST_TEST((ends[{file_call::sync, outcome::ended}] > 9U));
  BOOST_TEST((ends[{file_call::write, outcome::went_on}] == 0U));
  BOOST_TEST((ends[{file_call::sync, outcome::went_on}] == 0U));
  // The file is made longer after the commit, and at the next one.
  BOOST_TEST((ends[{file_call::resize, outcome::ended}] == 0U));
}

BOOST_AUTO_TEST_CASE(a_full_disk_costs_nothing_but_time) {
  auto ends = run_all(manner::no_space);
  BOOST_TEST((ends[{file_call::write, outcome::went_on}] > 10U));
  BOOST_TEST((ends[{file_call::sync, outcome::went_on}] > 9U));
  BOOST_TEST((ends[{file_call::sync, outcome::ended}] == 0U));
  // LMDB's meta page: once it has failed, LMDB does not trust it any more.
  BOOST_TEST((ends[{file_call::write, outcome::ended}]
              <= ends[{file_call::sync, outcome::went_on}]));
}

BOOST_AUTO_TEST_CASE(a_short_write_with_room_on_the_disk_ends_the_store) {
  auto ends = run_all(manner::short_write);
  BOOST_TEST((ends[{file_call::write, outcome::ended}] > 20U));
  BOOST_TEST((ends[{file_call::write, outcome::went_on}] == 0U));
}

BOOST_AUTO_TEST_CASE(a_failed_first_start_can_be_repeated) {
  for (const auto how :
       {manner::no_space, manner::io_error, manner::short_write})
    for (size_t nth = 1;; ++nth)
      BOOST_TEST_CONTEXT("manner " << static_cast<int>(how) << ", failing call "
                                   << nth) {
        const scratch_directory dir;
        auto untouched = false;
        {
          const failing_disk disk{dir.path(), nth, how};
          try {
            static_cast<void>(open_message_store(dir.store_file()));
          } catch (const storage_error& x) {
            BOOST_TEST((x.kind() == storage_failure::refused));
          }
          untouched = !disk.failed();
        }
        BOOST_CHECK_NO_THROW(
          static_cast<void>(open_message_store(dir.store_file())));
        if (untouched) {
          BOOST_TEST(nth > 4U);
          break;
        }
      }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cafq::test
