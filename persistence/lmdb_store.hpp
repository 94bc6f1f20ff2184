#pragma once

#include "persistence/backlog.hpp"
#include "persistence/commit_pace.hpp"
#include "persistence/disk_room.hpp"
#include "persistence/keys.hpp"
#include "persistence/lmdb.hpp"
#include "persistence/lmdb_message_store.hpp"
#include "persistence/outside_readers.hpp"
#include "persistence/staging.hpp"
#include "persistence/storage_error.hpp"
#include "persistence/store_copy.hpp"
#include "persistence/tables.hpp"

#include <functional>
#include <mutex>
#include <span>
#include <string>

namespace cafq {

/// A message store in one LMDB file. Reads look at `staging` first, then at
/// the last commit; the index of blocks is that of both together.
class lmdb_store final : public message_store {
public:
  lmdb_store(const std::filesystem::path& file, store_options options);

  void begin_group() override;
  void end_group() override;

  std::vector<topic_record> topics() override;
  std::vector<channel_record> channels() override;
  queue_id new_queue() override;
  void put(const topic_record& x) override;
  void put(const channel_record& x) override;
  void erase_topic(std::string_view name) override;
  void erase_channel(std::string_view topic, std::string_view name) override;
  void drop(queue_id queue) override;

  uint64_t mark(std::string_view name) override;
  void put_mark(std::string_view name, uint64_t x) override;

  void keep(queue_id queue, stored_block x) override;
  std::vector<stored_block>
  read(queue_id queue, uint64_t from_number, size_t max_blocks) override;
  std::vector<stored_block>
  read_after(queue_id queue, uint64_t first_number, size_t max_blocks) override;
  void progress(queue_id queue, uint64_t first_number,
                const block_progress& x) override;
  void done(queue_id queue, uint64_t first_number) override;

  void defer(queue_id queue, const deferred_message& x) override;
  void undefer(queue_id queue, deferred_key key) override;
  std::vector<deferred_message>
  due(queue_id queue, int64_t until_ns, size_t max,
      std::optional<deferred_key> after) override;

  bool commit() override;
  bool sweep(size_t max_rows) override;
  std::shared_ptr<store_copy> copy() override;

  size_t staged_bytes() const noexcept override;
  uint64_t staged() const noexcept override;
  uint64_t durable() const noexcept override;
  queue_summary summary(queue_id queue) override;
  size_t staged_messages() const noexcept override;
  store_usage usage() override;
  std::string shortage() override;
  std::vector<outside_reader> readers() override;
  uint64_t dead_readers() const noexcept override;
  uint64_t damaged_blocks() const noexcept override;

private:
  // -- names and rows (lmdb_store.cpp) ----------------------------------------

  /// Calls `f(key, op, value)` for the rows of a table from a key on, staged
  /// (`op` is not null) or committed, until it returns false.
  using visitor = std::function<bool(std::string_view key, const staged_op* op,
                                     std::string_view value)>;
  void scan(area where, std::string_view from, const visitor& f);

  void put_name(std::string key, std::string value);
  void erase_name(std::string key);
  [[nodiscard]] lmdb::table table_of(area where) const noexcept;
  [[nodiscard]] queue_state* find_queue(queue_id queue) noexcept;

  // -- blocks (lmdb_store_blocks.cpp) -----------------------------------------

  std::vector<stored_block>
  load(queue_id queue, std::span<const block_entry> from, uint64_t last,
       size_t max_blocks);
  void prefetch(queue_id queue, std::span<const block_entry> blocks);
  queue::block_ptr load_body(const std::string& key);
  block_progress load_progress(queue_id queue, const block_entry& of);
  void remove(queue_id queue, queue_state& state, const block_entry& x);

  // -- deferred messages (lmdb_store_deferred.cpp) ----------------------------

  bool has_deferred(const std::string& key);

  // -- commits (lmdb_store_commit.cpp) ----------------------------------------

  void transact(size_t bytes, const std::function<void(lmdb::txn&)>& f);
  void make_room();
  [[noreturn]] void fail(const lmdb::error& x, size_t bytes);
  void write(uint64_t end);
  void extend_file();
  void grow();
  void set_aside(area where, queue_id queue, std::string key);

  store_options options_;
  commit_pace pace_;
  lmdb::env env_;
  tables tables_;
  lmdb::txn reader_;
  disk_room room_;
  outside_readers outside_;
  uint64_t dead_readers_ = 0;
  staging staging_;
  std::unordered_map<queue_id, queue_state> queues_;
  std::vector<dropped_queue> dropped_;
  uint64_t next_block_ = 1;
  queue_id next_queue_ = 1;
  queue_id durable_next_queue_ = 0;
  uint64_t damaged_ = 0;

  /// The last commit found no room.
  bool full_ = false;

  /// What the last of these said.
  std::string no_room_;

  /// As much is stored as may be.
  bool over_quota_ = false;

  /// The copy under way, of another thread.
  std::mutex copy_lock_;
  std::weak_ptr<store_copy> copy_;

  /// Why nothing can be written any more.
  std::string broken_;
};

/// Returns the key of a block in `log`.
[[nodiscard]] std::string key_of(queue_id queue, const block_entry& x);

/// Runs a reading function; LMDB fails there only when the file is broken.
template <class F>
auto reading(F&& f) {
  try {
    return std::forward<F>(f)();
  } catch (const lmdb::error& x) {
    throw storage_error{storage_failure::fatal, x.what()};
  }
}

} // namespace cafq
