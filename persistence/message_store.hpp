#pragma once

#include "persistence/stored.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cafq {

class store_copy;

/// Somebody in another process who reads the file. What it sees stays as it is,
/// so that the file grows instead.
struct outside_reader {
  int process = 0;
  std::chrono::seconds age{};
  /// Pages that could be used again.
  uint64_t pages = 0;
};

/// The room that a store takes and has, in bytes.
struct store_usage {
  /// Its file, which never shrinks.
  uint64_t file = 0;
  /// What of that is in use.
  uint64_t used = 0;
  /// What of the rest it can count on.
  uint64_t usable = 0;
  /// What the file may grow by: the disk's, or what the limits of the process
  /// leave of that.
  uint64_t available = 0;
  /// All of it, free or not.
  uint64_t disk = 0;
  /// What of `usable` and `available` is not for new messages.
  uint64_t reserve = 0;
  /// How much may be in use; 0 if there is no such limit.
  uint64_t limit = 0;
};

/// What a modification takes in memory while it is staged, beside its message:
/// itself, its key, its place in an index (persistence/staging.hpp).
inline constexpr size_t staged_row_bytes = 256;

/// Names, backlogs and deferred messages. One thread, one owner per queue.
///
/// Every modification is staged in memory and durable once `commit()` has taken
/// it to disk. Reads see staged and committed alike. A crash leaves a prefix
/// of what was staged, cut between two groups.
///
///                 +-- done() --> never written
///                 |
///   keep() --> staged -- commit() --> on disk -- done() --> staged deletion
///                 |                                          | commit()
///             reads see it                                  gone
///
/// Only `commit` and `sweep` fail, with a `storage_error`. Reads throw one only
/// when the file itself cannot be read.
class message_store {
public:
  message_store() = default;
  message_store(const message_store&) = delete;
  message_store& operator=(const message_store&) = delete;
  virtual ~message_store() = default;

  // -- groups -----------------------------------------------------------------

  /// What is staged from here to `end_group` is committed together. Whoever
  /// moves a message (block to defer, say) needs a group. Groups do not nest,
  /// and `commit` leaves an open one alone.
  virtual void begin_group() = 0;

  virtual void end_group() = 0;

  // -- names ------------------------------------------------------------------

  [[nodiscard]] virtual std::vector<topic_record> topics() = 0;

  [[nodiscard]] virtual std::vector<channel_record> channels() = 0;

  /// Returns an id that no queue ever had.
  [[nodiscard]] virtual queue_id new_queue() = 0;

  /// Adds the topic or replaces its record.
  virtual void put(const topic_record& x) = 0;

  virtual void put(const channel_record& x) = 0;

  /// Erases the name only: the caller erases the channels and drops the queues.
  virtual void erase_topic(std::string_view name) = 0;

  virtual void erase_channel(std::string_view topic, std::string_view name) = 0;

  /// Forgets all that is in a queue. Its rows go piece by piece in `sweep`, or
  /// after a restart: so no name may hold the queue any longer, which the same
  /// group has to see to.
  virtual void drop(queue_id queue) = 0;

  // -- marks ------------------------------------------------------------------

  /// Returns what somebody put under a name to find it again: how far an import
  /// came, say. 0 if nobody did.
  [[nodiscard]] virtual uint64_t mark(std::string_view name) = 0;

  virtual void put_mark(std::string_view name, uint64_t x) = 0;

  // -- blocks -----------------------------------------------------------------

  /// Stores a block, which the queue and its first number name from now on. One
  /// of that name is replaced, with all that is in it: whoever packs a message
  /// that was the first of a block still stored has to see to that block first.
  virtual void keep(queue_id queue, stored_block x) = 0;

  /// Returns the blocks whose last number is `from_number` or above, ordered by
  /// first number.
  [[nodiscard]] virtual std::vector<stored_block>
  read(queue_id queue, uint64_t from_number, size_t max_blocks) = 0;

  /// Returns the blocks after the one named `first_number`. Use it to go
  /// through a queue whose blocks may overlap.
  [[nodiscard]] virtual std::vector<stored_block>
  read_after(queue_id queue, uint64_t first_number, size_t max_blocks) = 0;

  /// Replaces the progress of a block. Without effect on unknown ones.
  virtual void
  progress(queue_id queue, uint64_t first_number, const block_progress& x)
    = 0;

  /// Ends a block: all its messages are finished or (same group) elsewhere.
  /// Outside of a group, a block still staged is never written.
  virtual void done(queue_id queue, uint64_t first_number) = 0;

  // -- deferred messages ------------------------------------------------------

  /// @pre `x.body` holds one message.
  virtual void defer(queue_id queue, const deferred_message& x) = 0;

  virtual void undefer(queue_id queue, deferred_key key) = 0;

  /// Returns what is due at `until_ns` or before, in order of time.
  /// @param after The last one the caller already has.
  [[nodiscard]] virtual std::vector<deferred_message>
  due(queue_id queue, int64_t until_ns, size_t max,
      std::optional<deferred_key> after = std::nullopt)
    = 0;

  // -- commits ----------------------------------------------------------------

  /// Takes the oldest of what is staged to disk, in one transaction: whole
  /// groups, up to 8 MB or one group if that is larger.
  /// @returns whether something is still staged.
  /// @throws storage_error Nothing of this transaction is on disk and all of it
  ///         stays staged.
  [[nodiscard]] virtual bool commit() = 0;

  /// Deletes up to about `max_rows` rows of dropped queues, in one transaction
  /// of its own.
  /// @returns whether there are more.
  [[nodiscard]] virtual bool sweep(size_t max_rows) = 0;

  /// Begins a copy of what is committed now, without free pages. From any
  /// thread, one at a time.
  /// @throws storage_error
  [[nodiscard]] virtual std::shared_ptr<store_copy> copy() = 0;

  // -- observers --------------------------------------------------------------

  /// Returns how many bytes of messages wait for a commit.
  [[nodiscard]] virtual size_t staged_bytes() const noexcept = 0;

  /// Count modifications. What was staged when `staged()` returned x is
  /// durable as soon as `durable()` returns x or more.
  [[nodiscard]] virtual uint64_t staged() const noexcept = 0;

  [[nodiscard]] virtual uint64_t durable() const noexcept = 0;

  [[nodiscard]] virtual queue_summary summary(queue_id queue) = 0;

  /// Returns how many messages wait for a commit, copies counted each.
  [[nodiscard]] virtual size_t staged_messages() const noexcept = 0;

  [[nodiscard]] virtual store_usage usage() = 0;

  /// Returns why new messages are not welcome, empty if they are: the disk is
  /// nearly full, until there is twice the reserve again; or as much is stored
  /// as may be, until a tenth of it is gone. Everything else goes on, and the
  /// reserve is for it.
  [[nodiscard]] virtual std::string shortage() = 0;

  [[nodiscard]] bool room() {
    return shortage().empty();
  }

  /// Returns those in other processes who read the file now.
  [[nodiscard]] virtual std::vector<outside_reader> readers() = 0;

  /// Returns how many of those have died in the middle of it. What they held
  /// back is used again.
  [[nodiscard]] virtual uint64_t dead_readers() const noexcept = 0;

  /// Returns how many rows were set aside because their checksum was wrong.
  [[nodiscard]] virtual uint64_t damaged_blocks() const noexcept = 0;
};

} // namespace cafq
