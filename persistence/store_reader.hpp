#pragma once

#include "persistence/data_path.hpp"
#include "persistence/lmdb.hpp"
#include "persistence/stored.hpp"
#include "persistence/tables.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace cafq {

/// What a store_reader finds, row by row: names first, then the rest.
class store_visitor {
public:
  store_visitor() = default;
  store_visitor(const store_visitor&) = default;
  store_visitor& operator=(const store_visitor&) = default;
  virtual ~store_visitor() = default;

  virtual void topic(const topic_record& x) = 0;

  virtual void channel(const channel_record& x) = 0;

  virtual void block(queue_id queue, const stored_block& x) = 0;

  virtual void deferred(queue_id queue, const deferred_message& x) = 0;

  /// Something is wrong.
  /// @param queue 0 if that cannot be told.
  virtual void damaged(queue_id queue, const std::string& what) = 0;

  /// A damaged row that a broker found before and set aside.
  virtual void set_aside(queue_id queue) = 0;

  /// Progress of a block that is gone: the next start deletes it.
  virtual void stray(queue_id queue) = 0;
};

/// Goes through all of a store without a write, while no broker runs on it.
///
/// LMDB trusts its own pages: where their inner structure is damaged, a read
/// may end in SIGSEGV, SIGBUS or abort().
class store_reader {
public:
  /// @param path The data path or a file in one.
  /// @throws storage_error `refused` when a broker runs there, or the file is
  ///         foreign, newer or cut.
  explicit store_reader(const std::filesystem::path& path);

  /// Returns what `message_store::mark` would.
  [[nodiscard]] uint64_t mark(std::string_view name);

  /// Calls `to` for every row. Does not throw because of damage.
  void read(store_visitor& to);

private:
  class walk;

  std::filesystem::path file_;
  data_path_view lock_;
  lmdb::env env_;
  tables tables_;
};

} // namespace cafq
