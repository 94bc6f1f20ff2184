#include "persistence/disk_room.hpp"

#include <algorithm>

#include <sys/statvfs.h>

namespace cafq {

disk_room::disk disk_room::ask() const {
  struct statvfs info {};
  if (::statvfs(dir_.c_str(), &info) != 0)
    return {}; // unknown counts as full
  return {info.f_blocks * info.f_frsize, info.f_bavail * info.f_frsize};
}

uint64_t disk_room::reserve(uint64_t disk_size) noexcept {
  constexpr uint64_t megabyte = uint64_t{1} << 20;
  return std::max(std::min(256 * megabyte, disk_size / 20), 4 * megabyte);
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
