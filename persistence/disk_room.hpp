#pragma once

#include <cstdint>
#include <filesystem>

namespace cafq {

/// The room on the disk, less a reserve for deletions: they need new pages
/// before they free any.
class disk_room {
public:
  explicit disk_room(std::filesystem::path dir) : dir_(std::move(dir)) {
    // nop
  }

  /// What a file system says of itself, in bytes.
  struct disk {
    uint64_t size = 0;
    uint64_t available = 0;
  };

  /// @param file The size of the store's own file, which may not grow over the
  ///             limit on file sizes.
  [[nodiscard]] disk ask(uint64_t file) const;

  /// Returns whether new data is welcome: not below the reserve, and again at
  /// twice the reserve.
  /// @param free_in_file What the store's own file can take without growing.
  /// @param staged What is promised already.
  [[nodiscard]] bool
  welcome(const disk& now, uint64_t free_in_file, uint64_t staged) noexcept;

  /// Returns how much larger a file of this size may become.
  [[nodiscard]] static uint64_t may_grow(uint64_t file) noexcept;

  /// Returns min(256 MB, 5 %), at least 4 MB, but no more than a quarter of the
  /// disk.
  [[nodiscard]] static uint64_t reserve(uint64_t disk_size) noexcept;

private:
  std::filesystem::path dir_;
  bool welcome_ = true;
};

} // namespace cafq
