#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace cafq {

/// The directory of one broker, locked for as long as this object lives:
///
///   cafqd.lock      held with flock(2); the pid of the holder inside
///   cafq.mdb        the message store
///   cafq.mdb-lock   LMDB's own
///
/// None of them may be a symbolic link; those created are for this user only.
class data_path {
public:
  /// Locks `dir`.
  /// @throws storage_error `refused` when it does not exist, is not writable,
  ///         holds nsqd's files or links, or another broker runs on it.
  explicit data_path(const std::filesystem::path& dir);

  data_path(data_path&& other) noexcept;
  data_path& operator=(data_path&& other) noexcept;
  data_path(const data_path&) = delete;
  data_path& operator=(const data_path&) = delete;
  ~data_path();

  static constexpr std::string_view store_file_name = "cafq.mdb";

  /// Returns where the message store is.
  [[nodiscard]] std::filesystem::path store_file() const;

  /// Returns what an operator should know, one line each: a network file
  /// system, for instance.
  [[nodiscard]] const std::vector<std::string>& warnings() const noexcept {
    return warnings_;
  }

private:
  std::filesystem::path dir_;
  std::vector<std::string> warnings_;
  int lock_ = -1;
};

/// Keeps brokers away from a directory that somebody reads, without a change
/// to it. Where no broker ever ran there is nothing to lock.
class data_path_view {
public:
  /// @throws storage_error `refused` when a broker runs on `dir`, or the lock
  ///         cannot be looked at.
  explicit data_path_view(const std::filesystem::path& dir);

  data_path_view(const data_path_view&) = delete;
  data_path_view& operator=(const data_path_view&) = delete;
  ~data_path_view();

private:
  int lock_ = -1;
};

} // namespace cafq
