#pragma once

#include "actors/queue/time.hpp"
#include "test/crash/simulated_disk.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <random>
#include <string>

#include <sys/types.h>

namespace cafq::sim {

/// How a life of the process ends in the middle of what it does.
enum class doom : uint8_t {
  /// What it has written stays.
  kill,
  /// What it has not synced may be gone, each sector for itself.
  power_cut,
};

/// The disk under one file in one life of the process: may be slow, full or
/// broken, and knows what is on it when that life ends.
class disk final : public test::file_watcher {
public:
  /// What calls to fail with, once.
  struct failure {
    test::file_call call = test::file_call::write;
    /// 0: the write is short.
    int code = 0;
  };

  /// @param file Exists, and has this content.
  disk(const std::filesystem::path& file, std::string content, uint64_t seed);

  ~disk() override;

  // -- what happens to it -----------------------------------------------------

  /// Lets the process end behind so many writes and syncs more.
  void plan_end(doom how, size_t calls) {
    doom_ = how;
    calls_left_ = calls;
  }

  /// Lets one call fail.
  void fail(const failure& how) {
    failure_ = how;
  }

  /// Whether it takes nothing more than it has.
  bool full = false;

  /// How long a sync takes.
  queue::duration sync_takes{};

  // -- what became of it ------------------------------------------------------

  /// Whether the end that was planned has come.
  [[nodiscard]] bool ended() const noexcept {
    return image_.has_value();
  }

  /// Returns what is on the disk if the process ends now, or has ended.
  [[nodiscard]] std::string image(doom how);

  /// Is told of each change.
  std::function<void(uint64_t where, std::string_view bytes)> on_change;

  // -- test::file_watcher -----------------------------------------------------

  bool watches(int descriptor) override;
  int before(test::file_call what, uint64_t at, size_t& size) override;
  void wrote(uint64_t at, std::string_view bytes, bool synced) override;
  void synced() override;
  void resized(uint64_t size) override;

private:
  void happened(test::disk_event x);

  ino_t inode_ = 0;
  test::simulated_disk disk_;
  std::mt19937_64 random_;
  std::optional<failure> failure_;
  std::optional<doom> doom_;
  size_t calls_left_ = 0;
  std::optional<std::string> image_;
};

} // namespace cafq::sim
