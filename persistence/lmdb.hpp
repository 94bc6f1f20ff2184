#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct MDB_cursor;
struct MDB_env;
struct MDB_txn;

/// Thin RAII over the LMDB C API. Its .cpp is the only place of <lmdb.h>.
///
/// Debian's liblmdb++-dev stores pointers instead of data (drycpp/lmdbxx #20).
namespace cafq::lmdb {

/// A failed LMDB call.
class error : public std::runtime_error {
public:
  error(const char* call, int code);

  /// Returns an errno or one of LMDB's own, which are negative.
  [[nodiscard]] int code() const noexcept {
    return code_;
  }

  /// Returns whether the file has to be mapped larger.
  [[nodiscard]] bool map_full() const noexcept;

  /// Returns whether LMDB refuses everything since it failed to write one of
  /// its two first pages.
  [[nodiscard]] bool panic() const noexcept;

private:
  int code_;
};

/// One of the named databases in an environment.
using table = unsigned;

/// One who reads the file by LMDB, in this process or another.
struct reader {
  int process = 0;
  /// In LMDB's words.
  std::string thread;
  /// The transaction whose result it sees.
  uint64_t snapshot = 0;
};

class env {
public:
  /// Opens `file`, creating it if need be, with LMDB's default (safe) sync
  /// flags. Halves `map_size` until the address space can hold it. The kernel
  /// reads the pages that are touched, and no neighbours: see `will_read`.
  env(const std::filesystem::path& file, size_t map_size);

  /// Creates `file` without a lock file beside it.
  [[nodiscard]] static env
  create(const std::filesystem::path& file, size_t map_size);

  /// Opens `file` such that neither it nor anything beside it changes.
  /// @pre Nobody writes to it.
  [[nodiscard]] static env
  open_for_reading(const std::filesystem::path& file, size_t map_size);

  /// Maps the file twice as large. If that fails, the environment is unusable.
  /// @pre No transaction is active.
  void grow();

  /// Forgets readers whose process has died: what they saw is used again.
  /// @returns how many.
  size_t forget_dead_readers() noexcept;

  /// Returns those who are reading now.
  [[nodiscard]] std::vector<reader> readers() const;

  /// Returns how many pages the file has by the books.
  [[nodiscard]] uint64_t pages() const;

  [[nodiscard]] uint64_t page_size() const;

  /// Belongs to the environment. Closing any other descriptor of the file would
  /// give up its locks.
  [[nodiscard]] int descriptor() const;

  /// Writes a copy of the file without free pages, as it is now, to a file or
  /// socket. From any thread.
  /// @pre The file is not mapped anew meanwhile (`grow`).
  void copy(int to) const;

  /// @param hook Called before each write with the name of the call; returns
  ///        the code to fail with, or 0.
  void fault(std::function<int(const char*)> hook) {
    fault_ = std::move(hook);
  }

  void check_fault(const char* call) const {
    if (fault_)
      fail_by(call);
  }

  [[nodiscard]] MDB_env* handle() const noexcept {
    return ptr_.get();
  }

private:
  struct closer {
    void operator()(MDB_env* x) const noexcept;
  };

  env(const std::filesystem::path& file, size_t map_size, unsigned flags);

  void fail_by(const char* call) const;

  std::unique_ptr<MDB_env, closer> ptr_;
  std::function<int(const char*)> fault_;
};

/// Aborts unless committed. Begin and commit belong on the same thread.
class txn {
public:
  enum class mode { read, write };

  txn(env& parent, mode how);

  /// Opens a table. Handles live as long as the environment once the
  /// transaction committed.
  /// @returns nothing if there is none of that name.
  [[nodiscard]] std::optional<table> find_table(const char* name);

  table create_table(const char* name);

  /// Views end with the transaction or its next write.
  [[nodiscard]] std::optional<std::string_view>
  get(table where, std::string_view key);

  void put(table where, std::string_view key, std::string_view value);

  /// Adds a row unless there is one with this key.
  /// @returns whether it did.
  bool insert(table where, std::string_view key, std::string_view value);

  /// Adds a row behind all others, for the caller to fill before anything else
  /// happens to the transaction.
  [[nodiscard]] char* append(table where, std::string_view key, size_t size);

  /// @returns whether there was such a row.
  /// @throws error Its value does not have the pages it should: LMDB would free
  ///         as many as it finds written there.
  bool erase(table where, std::string_view key);

  /// Whether the pages of a value are as many as it needs. Their number has no
  /// checksum.
  [[nodiscard]] bool
  has_its_pages(std::string_view key, std::string_view value) const noexcept;

  [[nodiscard]] uint64_t rows(table where);

  /// Returns how many pages the tables, or those in `tables`, take; LMDB's two
  /// own included.
  [[nodiscard]] uint64_t used_pages(std::span<const table> tables);

  /// Returns how many pages from this one on are free.
  [[nodiscard]] uint64_t free_pages(uint64_t from);

  /// Returns how many pages were given back by this transaction and later ones:
  /// who sees its result holds them back.
  [[nodiscard]] uint64_t pages_given_back_since(uint64_t transaction);

  void commit();

  /// Lets go of the snapshot, so that its pages can be used again.
  void reset();

  void renew();

  [[nodiscard]] MDB_txn* handle() const noexcept {
    return ptr_.get();
  }

private:
  struct aborter {
    void operator()(MDB_txn* x) const noexcept;
  };

  env* parent_;
  size_t page_size_;
  std::unique_ptr<MDB_txn, aborter> ptr_;
};

/// Walks through a table in key order. Must not outlive its transaction.
class cursor {
public:
  cursor(txn& in, table where);

  /// Each returns whether there is such a row.
  [[nodiscard]] bool first();
  [[nodiscard]] bool last();
  [[nodiscard]] bool next();
  [[nodiscard]] bool previous();

  /// Goes to the first row with this key or a higher one.
  [[nodiscard]] bool seek(std::string_view key);

  [[nodiscard]] std::string_view key() const noexcept {
    return key_;
  }

  /// Touches the row's pages, which going to it does not.
  [[nodiscard]] std::string_view value();

  /// Deletes the row it is at, and is at none then.
  void erase();

private:
  struct closer {
    void operator()(MDB_cursor* x) const noexcept;
  };

  bool go(const char* call, int operation, std::string_view key = {});

  txn* in_;
  std::unique_ptr<MDB_cursor, closer> ptr_;
  std::string_view key_;
};

/// Has the kernel read all pages of a value at once, before they are touched
/// one by one.
void will_read(std::string_view value) noexcept;

/// Makes a reading transaction see the present, for a scope.
class snapshot {
public:
  explicit snapshot(txn& x) : txn_(x) {
    txn_.renew();
  }

  snapshot(const snapshot&) = delete;
  snapshot& operator=(const snapshot&) = delete;

  ~snapshot() {
    txn_.reset();
  }

private:
  txn& txn_;
};

} // namespace cafq::lmdb
