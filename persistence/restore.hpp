#pragma once

#include "persistence/data_path.hpp"

#include <cstdint>
#include <filesystem>

/// What is done to whole files while no broker runs on them.
namespace cafq {

/// How far the numbers of each topic jump in a restored store. Those given out
/// after the backup are not in it; they come again only if a topic gave out
/// more than so many meanwhile. Of 54 bits of numbers, it is a 16,000th.
inline constexpr uint64_t restored_ahead = uint64_t{1} << 40;

/// Puts a backup where no store is yet. A crash leaves either nothing or all of
/// it.
/// @param now_us Unix time in microseconds.
/// @throws storage_error `refused` when there is a store already, or the backup
///         is none or cut; `full` when there is no room.
void restore_store(const std::filesystem::path& backup, const data_path& to,
                   uint64_t now_us);

/// Replaces a store by a copy without free pages, likewise.
/// @returns by how many bytes it got smaller.
/// @throws storage_error
uint64_t compact_store(const data_path& where);

} // namespace cafq
