#include "persistence/disk_room.hpp"

#include <algorithm>
#include <limits>

#include <sys/resource.h>
#include <sys/statvfs.h>

namespace cafq {

disk_room::disk disk_room::ask(uint64_t file) const {
  struct statvfs info {};
  if (::statvfs(dir_.c_str(), &info) != 0)
    return {}; // unknown counts as full
  disk result{info.f_blocks * info.f_frsize, info.f_bavail * info.f_frsize};
  if (const auto grow = may_grow(file); grow < result.available)
    result = {std::min(result.size, file + grow), grow};
  return result;
}

uint64_t disk_room::may_grow(uint64_t file) noexcept {
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return std::numeric_limits<uint64_t>::max();
  return limit.rlim_cur - std::min<uint64_t>(limit.rlim_cur, file);
}

uint64_t disk_room::reserve(uint64_t disk_size) noexcept {
  constexpr uint64_t megabyte = uint64_t{1} << 20;
  return std::min(
    std::max(std::min(256 * megabyte, disk_size / 20), 4 * megabyte),
    disk_size / 4);
}

bool disk_room::welcome(const disk& now, uint64_t free_in_file,
                        uint64_t staged) noexcept {
  const auto has = now.available + free_in_file;
  const auto left = has - std::min(has, staged);
  const auto needed = reserve(now.size);
  welcome_ = left >= (welcome_ ? needed : 2 * needed);
  return welcome_;
}

} // namespace cafq
