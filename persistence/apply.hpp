#pragma once

#include "persistence/lmdb.hpp"
#include "persistence/staging.hpp"
#include "persistence/tables.hpp"

#include <vector>

namespace cafq {

/// Writes what is staged before `end` into a transaction.
/// @returns the queues that were dropped.
[[nodiscard]] std::vector<queue_id>
apply(const staging& from, uint64_t end, lmdb::txn& to, const tables& in);

/// Writes single ops, out of their order.
void apply(const std::vector<const staged_op*>& ops, lmdb::txn& to,
           const tables& in);

/// Changes how many deferred messages of a queue `meta` counts.
void count_deferred(lmdb::txn& to, const tables& in, queue_id queue,
                    int64_t change);

} // namespace cafq
