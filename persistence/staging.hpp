#pragma once

#include "persistence/stored.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cafq {

/// The tables whose rows are staged.
enum class area : uint8_t { names, log, ack, defer, meta };

/// One modification that waits for its commit.
struct staged_op {
  enum class kind : uint8_t {
    nothing,    // taken back
    put,        // `value`, or `body` in `log` and `defer`
    erase,      // in `log`: the block's row in `ack` too
    set_aside,  // moves a damaged row
    drop_queue, // no row yet: `sweep` finds them
  };

  kind what = kind::nothing;
  area where = area::names;
  queue_id queue = 0;

  /// 0, or the number of its group.
  uint64_t group = 0;

  std::string key{};
  std::string value{};
  queue::block_ptr body{};

  [[nodiscard]] size_t bytes() const noexcept {
    return key.size() + value.size() + (body ? body->bytes() : 0);
  }
};

/// All modifications in order, with an index of the latest per row, so that
/// reads can see them.
class staging {
public:
  /// By key; says which op is the latest for that row.
  using rows = std::map<std::string, uint64_t, std::less<>>;

  // -- modifiers --------------------------------------------------------------

  void begin_group() noexcept {
    open_group_ = ++last_group_;
  }

  void end_group() noexcept {
    open_group_ = 0;
  }

  void append(staged_op x);

  /// Returns the op that an ungrouped modification of the row may replace, its
  /// latest, or null. Later state at an earlier place is harmless when nothing
  /// else depends on it.
  [[nodiscard]] staged_op* replaceable(area where, std::string_view key);

  /// Replaces the payload of an op that is still staged.
  void replace(staged_op& x, staged_op::kind what, std::string value = {});

  /// Returns the deletions that may overtake all else: of rows on disk, and not
  /// in a group. On a full disk they make the room that the oldest ops need.
  [[nodiscard]] std::vector<staged_op*> overtaking(size_t max);

  /// Forgets all before `end`, which are on disk now.
  void release(uint64_t end);

  // -- observers --------------------------------------------------------------

  [[nodiscard]] bool in_group() const noexcept {
    return open_group_ != 0;
  }

  /// Returns the latest op for this row, or null.
  [[nodiscard]] const staged_op*
  find(area where, std::string_view key) const noexcept;

  [[nodiscard]] const rows& latest(area where) const noexcept {
    return latest_[static_cast<size_t>(where)];
  }

  [[nodiscard]] const staged_op& at(uint64_t sequence) const noexcept {
    return ops_[static_cast<size_t>(sequence - begin_)];
  }

  /// Returns whether a staged group may have moved messages out of a block. As
  /// long as that is not durable, the block is what holds them.
  [[nodiscard]] bool moved_from(std::string_view log_key) const;

  /// Returns the end of the next transaction: whole groups, at most `bytes`
  /// unless the first group is larger, and nothing of an open group.
  [[nodiscard]] uint64_t cut(size_t bytes) const noexcept;

  /// Returns whether `cut` would find something.
  [[nodiscard]] bool has_ready() const noexcept {
    return !ops_.empty()
           && (ops_.front().group == 0 || ops_.front().group != open_group_);
  }

  /// Ops are numbered from `begin` to `end`.
  [[nodiscard]] uint64_t begin() const noexcept {
    return begin_;
  }

  [[nodiscard]] uint64_t end() const noexcept {
    return begin_ + ops_.size();
  }

  [[nodiscard]] size_t bytes() const noexcept {
    return bytes_;
  }

private:
  std::deque<staged_op> ops_;
  uint64_t begin_ = 0;
  size_t bytes_ = 0;
  uint64_t open_group_ = 0;
  uint64_t last_group_ = 0;
  std::array<rows, 5> latest_;
};

} // namespace cafq
