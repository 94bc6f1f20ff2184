#include "tools/cafq/disk_probe.hpp"

#include "persistence/lmdb_message_store.hpp"
#include "tools/cafq/error.hpp"
#include "tools/cafq/unique_fd.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace cafq::tool {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t message_size = 200;

/// A directory that goes with all that is in it.
class scratch {
public:
  explicit scratch(const std::filesystem::path& parent) {
    auto name = (parent / "cafq-disk-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      throw error{parent.string() + ": " + std::strerror(errno)};
    path_ = name;
  }

  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;

  ~scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const noexcept {
    return path_;
  }

private:
  std::filesystem::path path_;
};

/// Times `f` until `each` is over.
template <class F>
bench::histogram time(std::chrono::milliseconds each, F&& f) {
  bench::histogram result;
  const auto end = clock::now() + each;
  for (auto now = clock::now(); now < end;) {
    f();
    const auto after = clock::now();
    result.record(static_cast<std::uint64_t>(
      std::chrono::nanoseconds{after - now}.count()));
    now = after;
  }
  return result;
}

bench::histogram
time_syncs(const std::filesystem::path& dir, std::chrono::milliseconds each) {
  const auto name = dir / "syncs";
  const unique_fd file{
    ::open(name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
  const std::array<char, 4096> page{};
  // In a circle: the disk may be nearly full.
  constexpr off_t pages = 256;
  off_t next = 0;
  return time(each, [&] {
    const auto at = next++ % pages * static_cast<off_t>(page.size());
    if (::pwrite(file.get(), page.data(), page.size(), at) < 0
        || ::fdatasync(file.get()) != 0)
      throw error{name.string() + ": " + std::strerror(errno)};
  });
}

/// The way a broker with `--sync=always` goes.
bench::histogram
time_commits(const std::filesystem::path& dir, std::size_t messages,
             std::chrono::milliseconds each) {
  const auto store
    = open_message_store(dir / ("commits-" + std::to_string(messages)));
  const std::string body(message_size, 'x');
  const std::vector<std::string_view> bodies(messages, body);
  const auto queue = store->new_queue();
  std::uint64_t number = 1;
  std::vector<std::uint64_t> kept;
  return time(each, [&] {
    // Those of the commit before: the file stays small.
    for (const auto first : std::exchange(kept, {}))
      store->done(queue, first);
    for (auto& block : queue::make_blocks(bodies, 0)) {
      block->number_from(number);
      kept.push_back(number);
      number += block->count();
      store->keep(queue, {std::move(block), {}});
    }
    while (store->commit()) {
      // nop
    }
  });
}

} // namespace

disk_times measure_disk(const std::filesystem::path& path,
                        std::chrono::milliseconds each) {
  const scratch dir{path};
  return {.sync = time_syncs(dir.path(), each),
          .commit_1 = time_commits(dir.path(), 1, each),
          .commit_50 = time_commits(dir.path(), 50, each),
          .commit_400 = time_commits(dir.path(), 400, each)};
}

} // namespace cafq::tool
