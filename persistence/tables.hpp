#pragma once

#include "persistence/lmdb.hpp"

#include <array>
#include <filesystem>
#include <string_view>

namespace cafq {

/// Version of the whole file: keys, tables, and what they mean together.
/// To change it: see docs/STORAGE.md.
constexpr uint32_t format_version = 1;

/// Where `meta` has it: the only row without an envelope.
inline constexpr std::string_view format_key = "format";

/// All tables of the store.
struct tables {
  lmdb::table meta = 0;
  lmdb::table names = 0;
  lmdb::table log = 0;
  lmdb::table ack = 0;
  lmdb::table defer = 0;
  lmdb::table damaged = 0;

  [[nodiscard]] std::array<lmdb::table, 6> all() const noexcept {
    return {meta, names, log, ack, defer, damaged};
  }
};

/// Opens the file after a look at what it is, or creates it. A file that was
/// created is complete: neither a crash nor a full disk leaves half of one.
/// @throws storage_error `refused` when it is not ours, and leaves it alone.
[[nodiscard]] lmdb::env
open_environment(const std::filesystem::path& file, size_t map_size);

/// The same for tools: neither the file nor anything beside it changes.
[[nodiscard]] lmdb::env
open_environment_for_reading(const std::filesystem::path& file);

/// Makes the names in a directory durable, as fdatasync makes contents.
/// @throws storage_error `refused` when it cannot.
void sync_directory(const std::filesystem::path& dir);

/// Opens the tables, which must be there.
/// @throws storage_error `refused` when one is not.
[[nodiscard]] tables
find_tables(lmdb::env& env, const std::filesystem::path& file);

/// Opens the tables, creating them in a new file.
/// @throws storage_error `refused` when somebody else's tables are in there.
[[nodiscard]] tables
open_tables(lmdb::env& env, const std::filesystem::path& file);

} // namespace cafq
