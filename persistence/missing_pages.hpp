#pragma once

#include "persistence/lmdb.hpp"

#include <filesystem>

/// A crash between a commit and what the store does to the file afterwards
/// leaves it too short for pages that were given back before they were written.
/// If anything else is missing, it was cut. Reading there would be a SIGBUS.
namespace cafq {

/// Gives the file its full length.
/// @throws storage_error `refused` when it was cut, and leaves it alone.
void complete(lmdb::env& env, const std::filesystem::path& file);

/// Refuses what `complete` would, without a change to the file.
/// @pre This thread is the only one of the process.
void check_length(lmdb::env& env, const std::filesystem::path& file);

} // namespace cafq
