#pragma once

#include "test/crash/file_calls.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace cafq::test {

/// One thing that happened to a file.
struct disk_event {
  enum class kind : uint8_t { write, sync, resize };

  kind what = kind::write;
  uint64_t at = 0; // or the new size
  std::string bytes{};
  /// The write returned when it was on the disk.
  bool synced = false;
};

/// Writes down all that happens to a file.
class disk_recorder final : public file_watcher {
public:
  /// @pre The file exists.
  explicit disk_recorder(const std::filesystem::path& file);

  ~disk_recorder() override;

  bool watches(int descriptor) override;
  void wrote(uint64_t at, std::string_view bytes, bool synced) override;
  void synced() override;
  void resized(uint64_t size) override;

  [[nodiscard]] const std::vector<disk_event>& events() const noexcept {
    return events_;
  }

  /// Returns what was in the file at the beginning.
  [[nodiscard]] const std::string& start() const noexcept {
    return start_;
  }

private:
  ino_t inode_ = 0;
  std::string start_;
  std::vector<disk_event> events_;
};

/// What a power cut may leave of a file. Everything written before a sync that
/// returned is there. Of what came later, every sector of 512 bytes shows any
/// of its versions since, whatever the order of the writes, and the file any of
/// its sizes: that is worse than disks are, and as much as LMDB promises to
/// stand. It relies on one thing, that a sector is written or not: its meta
/// pages fit in one.
class simulated_disk {
public:
  explicit simulated_disk(std::string start);

  /// @param lying Whether syncs are nothing but words.
  void apply(const disk_event& x, bool lying = false);

  /// Returns what programs see.
  [[nodiscard]] const std::string& latest() const noexcept {
    return latest_;
  }

  /// Returns what is left if the power goes now.
  [[nodiscard]] std::string cut(std::mt19937_64& random) const;

private:
  void write(const disk_event& x);
  void sync();

  std::string latest_;
  /// What is on the disk for sure.
  std::string durable_;
  /// Versions since, by number of sector.
  std::map<size_t, std::vector<std::string>> pending_;
  std::vector<size_t> sizes_;
  bool shrunk_ = false;
};

} // namespace cafq::test
