#pragma once

#include "persistence/lmdb.hpp"
#include "persistence/tables.hpp"

namespace cafq {

/// Moves blocks whose checksum is wrong from `log` to `damaged`, wherever their
/// damaged keys lie. LMDB searches by halves: a key out of order hides its
/// neighbours. Reads all blocks, so it is for a table that is not in order.
void set_damaged_blocks_aside(lmdb::env& env, const tables& in);

} // namespace cafq
