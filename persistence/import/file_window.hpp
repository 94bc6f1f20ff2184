#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace cafq::nsqd {

/// Looks into a file that is read from front to back, through a buffer as large
/// as the pieces that are asked for. Not a mapping: the file may get shorter.
class file_window {
public:
  /// @throws storage_error `refused` when it cannot be opened or is no file.
  explicit file_window(const std::filesystem::path& file);

  file_window(const file_window&) = delete;
  file_window& operator=(const file_window&) = delete;
  ~file_window();

  /// Returns `size` bytes from `offset` on, fewer at the end of the file. They
  /// are there until the next call.
  /// @throws storage_error `refused` when the disk does not give them.
  [[nodiscard]] std::string_view at(uint64_t offset, size_t size);

  /// The same for a few bytes somewhere else: the buffer stays where it is.
  /// @pre size <= glance_size
  [[nodiscard]] std::string_view glance(uint64_t offset, size_t size);

  static constexpr size_t glance_size = 32;

  [[nodiscard]] uint64_t size() const noexcept {
    return size_;
  }

private:
  [[nodiscard]] bool holds(uint64_t offset, size_t size) const noexcept;
  size_t read(uint64_t offset, char* to, size_t size);

  std::filesystem::path path_;
  int file_ = -1;
  uint64_t size_ = 0;
  uint64_t begin_ = 0;
  std::vector<char> buffer_;
  std::array<char, glance_size> aside_{};
};

} // namespace cafq::nsqd
