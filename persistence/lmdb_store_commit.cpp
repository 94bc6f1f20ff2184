#include "persistence/apply.hpp"
#include "persistence/envelope.hpp"
#include "persistence/lmdb_store.hpp"
#include "persistence/records.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>

#include <sys/stat.h>
#include <unistd.h>

namespace cafq {

namespace {

/// Erases rows that start with a prefix.
/// @returns how many, at most `max`.
size_t erase_prefix(lmdb::txn& in, lmdb::table where, std::string_view prefix,
                    size_t max) {
  size_t result = 0;
  while (result < max) {
    // Not over a deletion: cursors know too little of those.
    lmdb::cursor at{in, where};
    if (!at.seek(prefix) || !at.key().starts_with(prefix))
      break;
    // By place where it is not in order, so that a search misses it.
    if (!in.erase(where, std::string{at.key()}))
      at.erase();
    ++result;
  }
  return result;
}

} // namespace

bool lmdb_store::commit() {
  if (!staging_.has_ready()) {
    full_ = false;
    return false;
  }
  // On a disk that is nearly full, less may fit.
  constexpr size_t step = 8;
  for (auto bytes = pace_.bytes();; bytes /= step) {
    const auto end = staging_.cut(bytes);
    try {
      write(end);
      break;
    } catch (const storage_error& x) {
      full_ = x.kind() == storage_failure::full;
      if (full_ && staging_.cut(bytes / step) != end)
        continue;
      if (full_)
        make_room();
      throw;
    }
  }
  full_ = false;
  return staging_.has_ready();
}

void lmdb_store::write(uint64_t end) {
  std::vector<queue_id> dropped;
  const auto begun = std::chrono::steady_clock::now();
  transact(staging_.bytes(), [&](lmdb::txn& to) {
    dropped = apply(staging_, end, to, tables_);
    if (next_queue_ != durable_next_queue_)
      to.put(tables_.meta, next_queue_key,
             encode_counter(next_queue_key, next_queue_));
  });
  pace_.took(std::chrono::steady_clock::now() - begun);
  durable_next_queue_ = next_queue_;
  staging_.release(end);
  for (auto& x : dropped_)
    x.durable |= std::find(dropped.begin(), dropped.end(), x.queue)
                 != dropped.end();
}

/// Lets deletions overtake what does not fit. Few at a time: they need pages
/// as well.
void lmdb_store::make_room() {
  for (size_t few = 256; few > 0; few /= 4) {
    const auto ops = staging_.overtaking(few);
    if (ops.empty())
      return;
    try {
      transact(0, [&](lmdb::txn& to) {
        apply({ops.begin(), ops.end()}, to, tables_);
      });
    } catch (const storage_error& x) {
      if (x.kind() == storage_failure::full)
        continue;
      throw;
    }
    for (auto* x : ops)
      staging_.replace(*x, staged_op::kind::nothing);
    return;
  }
}

bool lmdb_store::sweep(size_t max_rows) {
  const auto x = std::find_if(dropped_.begin(), dropped_.end(),
                              [](const auto& y) { return y.durable; });
  if (x == dropped_.end())
    return false;
  const auto blocks = x->blocks.entries();
  const auto end = std::min(blocks.size(), x->next + max_rows);
  auto rows = end - x->next;
  uint64_t damaged = 0;
  transact(0, [&](lmdb::txn& in) {
    rows = end - x->next;
    damaged = 0;
    for (auto i = x->next; i != end; ++i) {
      const auto key = key_of(x->queue, blocks[i]);
      if (const auto value = x->stray ? in.get(tables_.log, key) : std::nullopt;
          value && !unseal(key, *value))
        ++damaged;
      in.erase(tables_.log, key);
    }
    const auto prefix = queue_prefix(x->queue);
    for (auto table : {tables_.ack, tables_.defer, tables_.damaged})
      rows += erase_prefix(in, table, prefix, max_rows - rows);
    if (rows < max_rows)
      in.erase(tables_.meta, deferred_count_key(x->queue));
  });
  x->next = end;
  damaged_ += damaged;
  if (rows < max_rows)
    dropped_.erase(x);
  return std::any_of(dropped_.begin(), dropped_.end(),
                     [](const auto& y) { return y.durable; });
}

void lmdb_store::transact(size_t bytes,
                          const std::function<void(lmdb::txn&)>& f) {
  if (!broken_.empty())
    throw storage_error{storage_failure::fatal, broken_};
  // Else the file grows for those who will never read on.
  dead_readers_ += env_.forget_dead_readers();
  for (;;) {
    try {
      lmdb::txn writing{env_, lmdb::txn::mode::write};
      f(writing);
      writing.commit();
      extend_file();
      return;
    } catch (const lmdb::error& x) {
      if (!x.map_full())
        fail(x, bytes);
    }
    grow();
  }
}

/// Maps the file larger, under nobody's feet.
void lmdb_store::grow() {
  const std::lock_guard guard{copy_lock_};
  if (const auto copy = copy_.lock())
    copy->cancel("the file has to be mapped anew");
  try {
    env_.grow();
  } catch (const lmdb::error& x) {
    broken_ = x.what(); // the file is not mapped any more
    throw storage_error{storage_failure::fatal, broken_};
  }
}

std::shared_ptr<store_copy> lmdb_store::copy() {
  const std::lock_guard guard{copy_lock_};
  auto result = std::make_shared<store_copy>(env_);
  copy_ = result;
  return result;
}

void lmdb_store::fail(const lmdb::error& x, size_t bytes) {
  const auto code = x.code();
  // A short write gives EIO: on a full disk, but not only there.
  constexpr size_t slack = 1 << 20;
  if (code == ENOSPC || code == EDQUOT || code == EFBIG
      || (code == EIO
          && room_.ask(env_.pages() * env_.page_size()).available
               < bytes + slack)) {
    no_room_ = x.what();
    throw storage_error{storage_failure::full, no_room_};
  }
  broken_ = x.what();
  if (x.panic())
    broken_ += " (" + no_room_ + "); all that was committed is safe";
  throw storage_error{storage_failure::fatal, broken_};
}

/// Pages that were given back before they were written may be missing at the
/// end. With them, a file that was cut short can be told.
void lmdb_store::extend_file() {
  struct stat info {};
  const auto expected = env_.pages() * env_.page_size();
  const auto file = env_.descriptor();
  if (::fstat(file, &info) == 0
      && static_cast<uint64_t>(info.st_size) < expected) {
    // If it fails, the next commit tries again.
    const auto failed = ::ftruncate(file, static_cast<off_t>(expected));
    static_cast<void>(failed);
  }
}

void lmdb_store::set_aside(area where, queue_id queue, std::string key) {
  ++damaged_;
  staging_.append({.what = staged_op::kind::set_aside,
                   .where = where,
                   .queue = queue,
                   .key = std::move(key)});
}

} // namespace cafq
