#include "test/sim/disk.hpp"

#include "test/sim/machine.hpp"

#include <cerrno>
#include <utility>

#include <sys/stat.h>

namespace cafq::sim {

using test::disk_event;
using test::file_call;

disk::disk(const std::filesystem::path& file, std::string content,
           uint64_t seed)
  : disk_(std::move(content)), random_(seed) {
  struct stat info {};
  if (::stat(file.c_str(), &info) == 0)
    inode_ = info.st_ino;
  test::watch_files(this);
}

disk::~disk() {
  test::watch_files(nullptr);
}

std::string disk::image(doom how) {
  if (image_)
    return *image_;
  return how == doom::kill ? disk_.latest() : disk_.cut(random_);
}

bool disk::watches(int descriptor) {
  struct stat info {};
  return ::fstat(descriptor, &info) == 0 && info.st_ino == inode_;
}

int disk::before(file_call what, uint64_t at, size_t& size) {
  if (failure_ && failure_->call == what) {
    const auto x = *std::exchange(failure_, std::nullopt);
    if (x.code != 0)
      return x.code;
    size /= 2;
    return 0;
  }
  const auto end = what == file_call::write ? at + size : at;
  if (full && what != file_call::sync && end > disk_.latest().size())
    return ENOSPC;
  return 0;
}

void disk::wrote(uint64_t at, std::string_view bytes, bool synced) {
  if (synced)
    machine::here().pass(sync_takes);
  happened({disk_event::kind::write, at, std::string{bytes}, synced});
}

void disk::synced() {
  machine::here().pass(sync_takes);
  happened({.what = disk_event::kind::sync});
}

void disk::resized(uint64_t size) {
  happened({.what = disk_event::kind::resize, .at = size});
}

/// What happens behind the end never did.
void disk::happened(disk_event x) {
  if (image_)
    return;
  if (on_change)
    on_change(x.at, x.bytes);
  if (!doom_ || calls_left_-- > 0) {
    disk_.apply(x);
    return;
  }
  // In the middle of it.
  x.synced = false;
  if (x.what != disk_event::kind::sync)
    disk_.apply(x);
  image_ = image(*doom_);
}

} // namespace cafq::sim
