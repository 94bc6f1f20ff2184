#pragma once

#include "persistence/lmdb.hpp"
#include "persistence/message_store.hpp"

#include <chrono>
#include <map>
#include <tuple>
#include <vector>

namespace cafq {

/// Knows since when other processes read the file.
class outside_readers {
public:
  using clock = std::chrono::steady_clock;

  /// Forgets those who are done, and returns the others.
  /// @param now Outside of any snapshot of this process.
  [[nodiscard]] std::vector<outside_reader>
  update(lmdb::env& env, lmdb::txn& reading, clock::time_point now);

private:
  using name = std::tuple<int, std::string, uint64_t>;

  std::map<name, clock::time_point> since_;
};

} // namespace cafq
