#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cafq::test {

/// What LMDB, or anybody in this process, asks the kernel to do to a file.
enum class file_call : uint8_t { write, sync, resize };

/// Sees all of it for one file, and may make it fail. The executable or
/// preloaded library that holds file_calls.cpp has the calls of libc pass here.
class file_watcher {
public:
  file_watcher() = default;
  file_watcher(const file_watcher&) = delete;
  file_watcher& operator=(const file_watcher&) = delete;
  virtual ~file_watcher() = default;

  /// Returns whether the file behind this descriptor is the one.
  [[nodiscard]] virtual bool watches(int descriptor) = 0;

  /// Called before each call.
  /// @param at Where a write begins, or the size that the file is to have.
  /// @param size Of a write; lowering it makes the write a short one.
  /// @returns the errno to fail with, or 0.
  [[nodiscard]] virtual int
  before(file_call /*what*/, uint64_t /*at*/, size_t& /*size*/) {
    return 0;
  }

  /// @param synced Whether the write returned only when it was on the disk.
  virtual void
  wrote(uint64_t /*at*/, std::string_view /*bytes*/, bool /*synced*/) {
    // nop
  }

  virtual void synced() {
    // nop
  }

  virtual void resized(uint64_t /*size*/) {
    // nop
  }
};

/// Null for nobody. The watcher must outlive its watch.
void watch_files(file_watcher* x) noexcept;

} // namespace cafq::test
