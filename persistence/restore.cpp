#include "persistence/restore.hpp"

#include "persistence/records.hpp"
#include "persistence/storage_error.hpp"
#include "persistence/tables.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cafq {

namespace {

constexpr size_t map_size = size_t{1} << 40;

[[noreturn]] void fail(const std::filesystem::path& file, int why) {
  const auto full = why == ENOSPC || why == EDQUOT || why == EFBIG;
  throw storage_error{full ? storage_failure::full : storage_failure::refused,
                      file.string() + ": " + std::strerror(why)};
}

/// A file under a name of its own until it is complete.
class new_file {
public:
  explicit new_file(std::filesystem::path place) : place_(std::move(place)) {
    name_ = place_;
    name_ += ".new";
    std::error_code none;
    std::filesystem::remove(name_, none);
    file_ = ::open(name_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file_ < 0)
      fail(name_, errno);
  }

  new_file(const new_file&) = delete;
  new_file& operator=(const new_file&) = delete;

  ~new_file() {
    ::close(file_);
    if (name_.empty())
      return;
    std::error_code none;
    std::filesystem::remove(name_, none);
  }

  [[nodiscard]] const std::filesystem::path& name() const noexcept {
    return name_;
  }

  [[nodiscard]] int descriptor() const noexcept {
    return file_;
  }

  /// Makes it durable and gives it its name.
  void finish() {
    if (::fsync(file_) != 0)
      fail(name_, errno);
    std::filesystem::rename(name_, place_);
    name_.clear();
    sync_directory(place_.parent_path());
  }

private:
  std::filesystem::path place_;
  std::filesystem::path name_;
  int file_ = -1;
};

void copy_bytes(const std::filesystem::path& from, const new_file& to) {
  const auto source = ::open(from.c_str(), O_RDONLY | O_CLOEXEC);
  if (source < 0)
    fail(from, errno);
  constexpr size_t piece = size_t{64} << 20;
  ssize_t copied = 0;
  do
    copied = ::sendfile(to.descriptor(), source, nullptr, piece);
  while (copied > 0 || (copied < 0 && errno == EINTR));
  const auto why = errno;
  ::close(source);
  if (copied < 0)
    fail(to.name(), why);
}

/// Sees to it that no number comes again that was given out after the backup.
void jump_ahead(const std::filesystem::path& file, uint64_t now_us) {
  auto env = lmdb::env::create(file, map_size);
  const auto in = find_tables(env, file);
  lmdb::txn writing{env, lmdb::txn::mode::write};
  std::vector<topic_record> topics;
  {
    lmdb::cursor at{writing, in.names};
    for (auto more = at.seek("T"); more && at.key().starts_with('T');
         more = at.next())
      if (auto x = decode_topic(at.key(), at.value()))
        topics.push_back(std::move(*x));
  }
  for (auto& x : topics) {
    x.reserved = std::max(x.reserved, now_us) + restored_ahead;
    const auto key = topic_key(x.name);
    writing.put(in.names, key, encode_topic(key, x));
  }
  writing.commit();
}

} // namespace

void restore_store(const std::filesystem::path& backup, const data_path& to,
                   uint64_t now_us) {
  const auto place = to.store_file();
  std::error_code none;
  if (std::filesystem::file_size(place, none) > 0 && !none)
    refuse(place, "is there already; restore into an empty directory");
  {
    // Cut, foreign and newer ones are found before anything is written.
    auto env = open_environment_for_reading(backup);
    static_cast<void>(find_tables(env, backup));
  }
  try {
    new_file copy{place};
    copy_bytes(backup, copy);
    jump_ahead(copy.name(), now_us);
    copy.finish();
  } catch (const lmdb::error& x) {
    fail(place, x.code() > 0 ? x.code() : EIO);
  } catch (const std::filesystem::filesystem_error& x) {
    fail(place, x.code().value());
  }
}

uint64_t compact_store(const data_path& where) {
  const auto place = where.store_file();
  try {
    auto env = open_environment_for_reading(place);
    static_cast<void>(find_tables(env, place));
    new_file copy{place};
    env.copy(copy.descriptor());
    const auto before = std::filesystem::file_size(place);
    const auto after = std::filesystem::file_size(copy.name());
    copy.finish();
    return before - std::min(before, after);
  } catch (const lmdb::error& x) {
    fail(place, x.code() > 0 ? x.code() : EIO);
  } catch (const std::filesystem::filesystem_error& x) {
    fail(place, x.code().value());
  }
}

} // namespace cafq
