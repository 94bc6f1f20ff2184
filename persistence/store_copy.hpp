#pragma once

#include "persistence/lmdb.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace cafq {

/// A copy of a store as it was when this object came into being, without free
/// pages, piece by piece. LMDB makes it on a thread of its own while the store
/// goes on. What is copied stays as it is meanwhile, so that the file grows
/// instead.
class store_copy {
public:
  /// @param of Lives longer.
  /// @throws storage_error `full` when the process has no thread or file left.
  explicit store_copy(lmdb::env& of);

  store_copy(const store_copy&) = delete;
  store_copy& operator=(const store_copy&) = delete;
  ~store_copy();

  /// Waits for the next piece. For one thread.
  /// @returns at most so many bytes, none behind the last.
  /// @throws storage_error `refused` when it was broken off: what came by then
  ///         is no store.
  [[nodiscard]] std::string read(size_t most);

  /// Breaks it off, from any thread. LMDB does not look at the file any more
  /// when this returns.
  void cancel(const std::string& why);

  /// Returns by how many bytes the file has grown since.
  [[nodiscard]] uint64_t growth() const;

private:
  void run(int to);

  lmdb::env& of_;
  uint64_t pages_;
  int from_ = -1;
  std::mutex lock_;
  /// Why it was broken off.
  std::string why_;
  std::thread maker_;
};

} // namespace cafq
