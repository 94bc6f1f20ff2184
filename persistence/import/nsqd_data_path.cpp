#include "persistence/import/nsqd_data_path.hpp"

#include "persistence/import/file_window.hpp"
#include "persistence/import/metadata.hpp"
#include "persistence/storage_error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace cafq::nsqd {

namespace {

/// A million topics fit.
constexpr size_t most_metadata = size_t{64} << 20;

/// Three lines of numbers.
constexpr size_t most_meta = 256;

constexpr std::string_view metadata_name = "nsqd.dat";

std::string content(const std::filesystem::path& file, size_t most) {
  file_window in{file};
  if (in.size() > most)
    refuse(file, "is too large for what it should be");
  return std::string{in.at(0, most)};
}

/// All that the directory has of one queue.
struct found_queue {
  bool paused = false;
  bool listed = false;
  std::vector<data_file> files;
  std::optional<read_position> next;
};

/// Puts together what nsqd.dat and the names of the files say.
class survey {
public:
  explicit survey(std::filesystem::path dir) : dir_(std::move(dir)) {
    // nop
  }

  void run() {
    read_metadata();
    for (const auto& x : std::filesystem::directory_iterator{dir_})
      look_at(x);
  }

  [[nodiscard]] bool empty() const noexcept {
    return !any_ && queues_.empty();
  }

  [[nodiscard]] std::vector<source_topic> topics() {
    std::vector<source_topic> result;
    for (auto& [name, x] : queues_) {
      if (result.empty() || result.back().name != name.topic)
        result.push_back({.name = name.topic});
      auto& topic = result.back();
      auto parts = plan(std::move(x.files), x.next);
      for (const auto& text : parts.warnings)
        warnings_.push_back(text);
      topic.queues.push_back(
        {name.channel, x.paused, x.listed, std::move(parts.parts)});
      if (name.channel.empty()) {
        topic.paused = x.paused;
        topic.listed = x.listed;
      }
    }
    // A topic's own has no name and came first.
    for (auto& x : result)
      if (x.queues.front().channel.empty())
        std::rotate(x.queues.begin(), x.queues.begin() + 1, x.queues.end());
    return result;
  }

  [[nodiscard]] std::vector<std::string> warnings() {
    return std::move(warnings_);
  }

private:
  void read_metadata() {
    const auto file = dir_ / metadata_name;
    std::error_code none;
    if (!std::filesystem::exists(file, none)) {
      warnings_.emplace_back("there is no nsqd.dat: topics and channels are "
                             "those of the files, none is paused");
      return;
    }
    any_ = true;
    auto found = parse_metadata(content(file, most_metadata), file);
    warnings_ = std::move(found.warnings);
    for (const auto& topic : found.topics) {
      list({topic.name, {}}, topic.paused);
      for (const auto& channel : topic.channels)
        list({topic.name, channel.name}, channel.paused);
    }
  }

  void list(const queue_name& name, bool paused) {
    auto& x = queues_[name];
    x.listed = true;
    x.paused = paused;
  }

  void look_at(const std::filesystem::directory_entry& x) {
    const auto text = x.path().filename().string();
    const auto name = parse_file_name(text);
    if (!name) {
      if (text.find(".diskqueue.") != std::string::npos
          && !text.ends_with(".tmp"))
        warnings_.push_back(text + ": is no file of a queue, left out");
      return;
    }
    auto& queue = queues_[name->queue];
    if (name->number) {
      queue.files.push_back({.path = x.path(),
                             .number = *name->number,
                             .bad = name->bad,
                             .size = x.file_size()});
      return;
    }
    queue.next = parse_meta(content(x.path(), most_meta));
    if (!queue.next)
      warnings_.push_back(text
                          + ": is damaged; all in the files counts as not "
                            "delivered");
  }

  std::filesystem::path dir_;
  std::map<queue_name, found_queue> queues_;
  std::vector<std::string> warnings_;
  bool any_ = false;
};

} // namespace

nsqd_data_path::nsqd_data_path(const std::filesystem::path& dir) {
  lock_ = ::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_ < 0)
    refuse(dir, std::strerror(errno));
  try {
    // As nsqd does; shared, since we only read.
    if (::flock(lock_, LOCK_SH | LOCK_NB) != 0)
      refuse(dir, errno == EWOULDBLOCK ? "nsqd is running on it; stop it first"
                                       : std::strerror(errno));
    load(dir);
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

nsqd_data_path::~nsqd_data_path() {
  ::close(lock_);
}

void nsqd_data_path::load(const std::filesystem::path& dir) {
  survey found{dir};
  try {
    found.run();
  } catch (const std::filesystem::filesystem_error& x) {
    refuse(dir, x.code().message());
  }
  if (found.empty())
    refuse(dir, "holds nothing of nsqd");
  topics_ = found.topics();
  warnings_ = found.warnings();
}

} // namespace cafq::nsqd
