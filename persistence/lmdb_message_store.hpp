#pragma once

#include "persistence/message_store.hpp"

#include <filesystem>
#include <functional>
#include <memory>

namespace cafq {

struct store_options {
  /// How far the file can grow before it is mapped anew.
  size_t map_size = size_t{1} << 40;

  /// The most payload of one transaction, unless a group is larger.
  size_t max_transaction_bytes = size_t{8} << 20;

  /// Bytes of what is stored from which on new messages are not welcome; 0 is
  /// any number.
  uint64_t max_backlog_bytes = 0;

  /// For tests: called before each write to LMDB, with the name of the call.
  /// Returns the errno to fail with, or 0.
  std::function<int(const char*)> fault;
};

/// Opens the store in `file`, creating it if there is none.
/// @throws storage_error `refused` when the file is foreign, newer or cut.
/// @pre Nobody else has it open, in this process or another (data_path.hpp).
[[nodiscard]] std::unique_ptr<message_store>
open_message_store(const std::filesystem::path& file,
                   store_options options = {});

} // namespace cafq
