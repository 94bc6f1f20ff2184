#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace cafq {

/// What the store knows of a block without reading it.
struct block_entry {
  uint64_t first = 0;
  uint64_t id = 0;
  uint32_t span = 0;
  uint16_t count = 0;
  uint16_t finished = 0;

  [[nodiscard]] uint64_t last() const noexcept {
    return first + span;
  }
};

// A backlog of millions of blocks is known by these alone.
static_assert(sizeof(block_entry) == 24);

/// The blocks of one queue, sorted by first number. Ranges may overlap, first
/// numbers differ. Made for blocks that come at the end and go near the front;
/// a block in the middle costs a memmove of the shorter side.
class block_index {
public:
  /// @pre No block has this first number.
  void insert(const block_entry& x);

  /// For the start: add all by ascending id, look them up by it, then sort.
  /// `sort` returns how many it has dropped: of two with one first number.
  void add_unsorted(const block_entry& x);
  [[nodiscard]] block_entry* find_unsorted(uint64_t id) noexcept;
  size_t sort();

  [[nodiscard]] block_entry* find(uint64_t first) noexcept;

  void erase(uint64_t first);

  /// Corrects how many messages of a block are finished.
  void finished(block_entry& x, uint16_t count) noexcept;

  [[nodiscard]] std::span<const block_entry> entries() const noexcept {
    return {entries_.begin() + static_cast<std::ptrdiff_t>(head_),
            entries_.end()};
  }

  /// Returns the entries from the first that may reach `number`; those in
  /// between need not.
  [[nodiscard]] std::span<const block_entry>
  reaching(uint64_t number) const noexcept;

  /// Returns the entries whose first number is above `first`.
  [[nodiscard]] std::span<const block_entry>
  after(uint64_t first) const noexcept;

  /// Returns how many messages are not finished.
  [[nodiscard]] uint64_t messages() const noexcept {
    return messages_;
  }

  /// Returns the highest number in any block, 0 without blocks.
  [[nodiscard]] uint64_t last_number() const noexcept;

  /// Whether first numbers ascend and the sums are right: for tests.
  [[nodiscard]] bool invariant() const noexcept;

private:
  using iterator = std::vector<block_entry>::iterator;

  [[nodiscard]] iterator begin() noexcept {
    return entries_.begin() + static_cast<std::ptrdiff_t>(head_);
  }

  void count_in(const block_entry& x) noexcept;

  /// Those before `head_` are gone.
  std::vector<block_entry> entries_;
  size_t head_ = 0;
  uint64_t messages_ = 0;

  /// No span in here is larger.
  uint32_t widest_ = 0;
};

} // namespace cafq
