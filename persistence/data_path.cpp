#include "persistence/data_path.hpp"

#include "persistence/storage_error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace cafq {

namespace {

constexpr std::string_view lock_name = "cafqd.lock";

void check_directory(const std::filesystem::path& dir) {
  std::error_code failed;
  const auto status = std::filesystem::status(dir, failed);
  if (status.type() == std::filesystem::file_type::not_found)
    refuse(dir, "the data path does not exist");
  if (failed)
    refuse(dir, failed.message());
  if (status.type() != std::filesystem::file_type::directory)
    refuse(dir, "the data path is not a directory");
  if (::access(dir.c_str(), R_OK | W_OK | X_OK) != 0)
    refuse(dir, "the data path is not writable");
}

bool is_of_nsqd(std::string_view name) {
  return name == "nsqd.dat" || name.starts_with("nsqd.dat.")
         || name.find(".diskqueue.") != std::string_view::npos;
}

void check_for_nsqd(const std::filesystem::path& dir) {
  std::error_code failed;
  for (const auto& x : std::filesystem::directory_iterator{dir, failed})
    if (is_of_nsqd(x.path().filename().native()))
      refuse(dir, "the data path holds files of nsqd ("
                    + x.path().filename().string()
                    + "); give cafqd a directory of its own");
  if (failed)
    refuse(dir, failed.message());
}

/// Others may have put a link there, for a broker with more rights than they
/// have to write through.
/// @returns what is to be said of the files.
std::vector<std::string> check_files(const std::filesystem::path& dir) {
  std::vector<std::string> result;
  const std::string store{data_path::store_file_name};
  for (const auto& name : {store, store + "-lock", store + ".new"}) {
    const auto file = dir / name;
    struct stat info {};
    if (::lstat(file.c_str(), &info) != 0)
      continue;
    if (S_ISLNK(info.st_mode))
      refuse(file, "is a symbolic link");
    if (!S_ISREG(info.st_mode))
      refuse(file, "is not a regular file");
    if (info.st_nlink > 1)
      refuse(file, "has another name (a hard link)");
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
      result.push_back(file.string()
                       + ": others may open it; chmod 600 would keep what "
                         "messages say from them");
  }
  return result;
}

/// Opens the lock file itself, never what a link points to.
int open_lock(const std::filesystem::path& file, int flags) {
  const auto result = ::open(file.c_str(),
                             flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
  if (result < 0)
    return result;
  struct stat info {};
  const auto known = ::fstat(result, &info) == 0;
  if (known && S_ISREG(info.st_mode) && info.st_nlink <= 1)
    return result;
  ::close(result);
  refuse(file, known && info.st_nlink > 1 ? "has another name (a hard link)"
                                          : "is not a regular file");
}

[[noreturn]] void refuse_open(const std::filesystem::path& file) {
  refuse(file, errno == ELOOP ? "is a symbolic link" : std::strerror(errno));
}

/// Returns the name of a file system that other machines may write to.
std::optional<std::string_view> network_file_system(int descriptor) {
  struct statfs info {};
  if (::fstatfs(descriptor, &info) != 0)
    return std::nullopt;
  // linux/magic.h has most of them, but not all.
  switch (static_cast<uint32_t>(info.f_type)) {
    case 0x6969:
      return "NFS";
    case 0x517B:
    case 0xFF534D42:
    case 0xFE534D42:
      return "SMB";
    case 0x01021997:
      return "9P";
    case 0x00C36400:
      return "Ceph";
    case 0x5346414F:
      return "AFS";
    case 0x7461636F:
      return "OCFS2";
    case 0x01161970:
      return "GFS2";
    case 0x65735546:
      return "FUSE";
    default:
      return std::nullopt;
  }
}

std::string read_all(int descriptor) {
  std::array<char, 32> buffer{};
  const auto size = ::pread(descriptor, buffer.data(), buffer.size(), 0);
  std::string result{buffer.data(),
                     static_cast<size_t>(std::max<ssize_t>(size, 0))};
  while (!result.empty() && result.back() == '\n')
    result.pop_back();
  return result;
}

/// Says who has the lock, after a failed flock, and closes `descriptor`.
[[noreturn]] void
refuse_locked(const std::filesystem::path& dir, int descriptor) {
  const auto why = errno;
  const auto pid = read_all(descriptor);
  // Those who only read share it.
  const auto read = ::flock(descriptor, LOCK_SH | LOCK_NB) == 0;
  ::close(descriptor);
  if (why != EWOULDBLOCK)
    refuse(dir / lock_name, std::strerror(why));
  if (read)
    refuse(dir, "the data path is being read by \"cafq store\"");
  refuse(dir, "the data path is in use by cafqd, pid "
                + (pid.empty() ? "unknown" : pid));
}

} // namespace

data_path::data_path(const std::filesystem::path& dir) : dir_(dir) {
  check_directory(dir);
  check_for_nsqd(dir);
  warnings_ = check_files(dir);
  const auto file = dir / lock_name;
  lock_ = open_lock(file, O_RDWR | O_CREAT);
  if (lock_ < 0)
    refuse_open(file);
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0)
    refuse_locked(dir, lock_);
  // Only for the message above: a lost pid does no harm.
  const auto pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock_, 0) != 0
      || ::pwrite(lock_, pid.data(), pid.size(), 0) < 0)
    warnings_.push_back(file.string() + ": " + std::strerror(errno));
  if (const auto name = network_file_system(lock_))
    warnings_.push_back(dir.string() + ": is on " + std::string{*name}
                        + "; locks and syncs there may not hold, use a local "
                          "disk");
}

data_path::data_path(data_path&& other) noexcept
  : dir_(std::move(other.dir_)),
    warnings_(std::move(other.warnings_)),
    lock_(std::exchange(other.lock_, -1)) {
  // nop
}

data_path& data_path::operator=(data_path&& other) noexcept {
  std::swap(dir_, other.dir_);
  std::swap(warnings_, other.warnings_);
  std::swap(lock_, other.lock_);
  return *this;
}

data_path::~data_path() {
  // The file stays: to remove it would let two daemons lock two files.
  if (lock_ >= 0)
    ::close(lock_);
}

std::filesystem::path data_path::store_file() const {
  return dir_ / store_file_name;
}

data_path_view::data_path_view(const std::filesystem::path& dir) {
  const auto file = dir / lock_name;
  lock_ = open_lock(file, O_RDONLY);
  if (lock_ < 0 && errno != ENOENT)
    refuse_open(file);
  if (lock_ >= 0 && ::flock(lock_, LOCK_SH | LOCK_NB) != 0)
    refuse_locked(dir, lock_);
}

data_path_view::~data_path_view() {
  if (lock_ >= 0)
    ::close(lock_);
}

} // namespace cafq
