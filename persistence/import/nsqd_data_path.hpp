#pragma once

#include "persistence/import/diskqueue_files.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace cafq::nsqd {

/// A queue as nsqd left it.
struct source_queue {
  /// Empty for the topic's own.
  std::string channel;
  bool paused = false;

  /// Whether nsqd.dat names it. A crash leaves files of queues that it does
  /// not.
  bool listed = false;

  std::vector<data_part> parts{};
};

struct source_topic {
  std::string name;
  bool paused = false;
  bool listed = false;

  /// By name, the topic's own last: nsqd hands that on behind what the channels
  /// have.
  std::vector<source_queue> queues{};
};

/// nsqd's data path, locked such that nsqd cannot start on it for as long as
/// this object lives. Nothing in it changes.
class nsqd_data_path {
public:
  /// @throws storage_error `refused` when nsqd runs on `dir`, or there is
  ///         nothing of nsqd in it.
  explicit nsqd_data_path(const std::filesystem::path& dir);

  nsqd_data_path(const nsqd_data_path&) = delete;
  nsqd_data_path& operator=(const nsqd_data_path&) = delete;
  ~nsqd_data_path();

  /// Returns topics by name.
  [[nodiscard]] const std::vector<source_topic>& topics() const noexcept {
    return topics_;
  }

  /// Returns what an operator should know, one line each.
  [[nodiscard]] const std::vector<std::string>& warnings() const noexcept {
    return warnings_;
  }

private:
  void load(const std::filesystem::path& dir);

  int lock_ = -1;
  std::vector<source_topic> topics_;
  std::vector<std::string> warnings_;
};

} // namespace cafq::nsqd
