#include "test/crash/simulated_disk.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include <sys/stat.h>

namespace cafq::test {

namespace {

constexpr size_t sector_size = 512;

using kind = disk_event::kind;

} // namespace

// -- disk_recorder ------------------------------------------------------------

disk_recorder::disk_recorder(const std::filesystem::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) == 0)
    inode_ = info.st_ino;
  std::ostringstream content;
  content << std::ifstream{file, std::ios::binary}.rdbuf();
  start_ = content.str();
  watch_files(this);
}

disk_recorder::~disk_recorder() {
  watch_files(nullptr);
}

bool disk_recorder::watches(int descriptor) {
  struct stat info {};
  return ::fstat(descriptor, &info) == 0 && info.st_ino == inode_;
}

void disk_recorder::wrote(uint64_t at, std::string_view bytes, bool synced) {
  events_.push_back({kind::write, at, std::string{bytes}, synced});
}

void disk_recorder::synced() {
  events_.push_back({.what = kind::sync});
}

void disk_recorder::resized(uint64_t size) {
  events_.push_back({.what = kind::resize, .at = size});
}

// -- simulated_disk -----------------------------------------------------------

simulated_disk::simulated_disk(std::string start)
  : latest_(start), durable_(std::move(start)) {
  // nop
}

void simulated_disk::apply(const disk_event& x, bool lying) {
  switch (x.what) {
    case kind::write:
      write(x);
      // Like fdatasync, only for these sectors. What else they hold was written
      // before.
      if (x.synced && !lying) {
        durable_.resize(std::max(durable_.size(), x.at + x.bytes.size()));
        for (auto s = x.at / sector_size;
             s <= (x.at + x.bytes.size() - 1) / sector_size; ++s) {
          durable_.replace(s * sector_size, pending_[s].back().size(),
                           pending_[s].back());
          pending_.erase(s);
        }
      }
      break;
    case kind::sync:
      if (!lying)
        sync();
      break;
    case kind::resize:
      shrunk_ = shrunk_ || x.at < latest_.size();
      latest_.resize(x.at);
      sizes_.push_back(latest_.size());
      break;
  }
}

void simulated_disk::write(const disk_event& x) {
  const auto end = x.at + x.bytes.size();
  if (end > latest_.size()) {
    latest_.resize(end);
    sizes_.push_back(end);
  }
  latest_.replace(x.at, x.bytes.size(), x.bytes);
  for (auto s = x.at / sector_size; s <= (end - 1) / sector_size; ++s)
    pending_[s].push_back(latest_.substr(s * sector_size, sector_size));
}

void simulated_disk::sync() {
  if (std::exchange(shrunk_, false))
    durable_ = latest_;
  durable_.resize(latest_.size());
  for (const auto& [sector, versions] : pending_) {
    const auto at = sector * sector_size;
    if (at < durable_.size())
      durable_.replace(at, sector_size, latest_, at, sector_size);
  }
  pending_.clear();
  sizes_.clear();
}

std::string simulated_disk::cut(std::mt19937_64& random) const {
  auto result = durable_;
  const auto size = random() % (sizes_.size() + 1);
  if (size > 0)
    result.resize(sizes_[size - 1]);
  // Nearly all lost, nearly all kept, or anything.
  const auto kept_of_8 = std::vector<uint64_t>{1, 4, 7}[random() % 3];
  for (const auto& [sector, versions] : pending_) {
    if (random() % 8 >= kept_of_8)
      continue;
    const auto& x = versions[random() % versions.size()];
    const auto at = sector * sector_size;
    if (at < result.size())
      result.replace(at, std::min(x.size(), result.size() - at), x, 0,
                     std::min(x.size(), result.size() - at));
  }
  return result;
}

} // namespace cafq::test
