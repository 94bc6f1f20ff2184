#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace cafq::queue {

class block;

/// Shared by the topic, all its channels and the deliveries under way.
using block_ptr = boost::intrusive_ptr<block>;

/// One message on its way into a block. The body is not owned.
struct message_view {
  uint64_t number = 0;
  int64_t timestamp_ns = 0;
  uint16_t attempts = 0;
  std::string_view body;
};

/// Up to 256 messages with ascending numbers in one exactly sized arena:
///
///   [ block ][ entry 0 .. entry count ][ body 0 | body 1 | ... ]
///
/// A body is copied in here once, when it arrives, and copied out once per
/// consumer, into the output buffer. Immutable after its topic numbered it, so
/// that actors share it without locks.
///
/// The numbers of a fresh block are consecutive. A stored one packs what is
/// left of several, so it has gaps, and each message its own attempts.
class block {
public:
  /// Most messages in one block.
  static constexpr size_t max_messages = 256;

  /// Most body bytes in one block; a larger message has one of its own.
  /// 16 LMDB pages less their header (STORAGE: overflow pages).
  static constexpr size_t max_bytes = 65520;

  /// Copies `bodies` into a new block.
  /// @param timestamp_ns When they arrived, in ns since the Unix epoch.
  /// @pre 1 to `max_messages` bodies.
  static block_ptr
  make(std::span<const std::string_view> bodies, int64_t timestamp_ns);

  /// Copies `messages` into a new block that needs no further numbering.
  /// @pre 1 to `max_messages`, numbers ascending by less than 2^32 in all.
  static block_ptr make(std::span<const message_view> messages);

  /// Copies one message out of its block, so that it no longer holds the
  /// others in memory. Number, timestamp and attempts stay.
  static block_ptr extract(const block& from, size_t index);

  block(const block&) = delete;
  block& operator=(const block&) = delete;
  ~block() = default;

  /// Gives the messages their numbers, `first` upwards.
  /// @pre Nobody else holds the block yet.
  void number_from(uint64_t first) noexcept {
    first_number_ = first;
  }

  [[nodiscard]] uint64_t first_number() const noexcept {
    return first_number_;
  }

  [[nodiscard]] uint64_t last_number() const noexcept {
    return number(count_ - 1);
  }

  [[nodiscard]] uint64_t number(size_t index) const noexcept {
    return first_number_ + entries()[index].number_delta;
  }

  /// Returns where the message with this number is, if it is here.
  [[nodiscard]] std::optional<size_t> index_of(uint64_t number) const noexcept;

  [[nodiscard]] size_t count() const noexcept {
    return count_;
  }

  /// Returns the size of all bodies together.
  [[nodiscard]] size_t bytes() const noexcept {
    return entries()[count_].offset;
  }

  [[nodiscard]] std::string_view body(size_t index) const noexcept {
    const auto* at = entries() + index;
    return {bodies() + at[0].offset, at[1].offset - at[0].offset};
  }

  /// Returns when the message arrived, in ns since the Unix epoch.
  [[nodiscard]] int64_t timestamp_ns(size_t index) const noexcept {
    return entries()[index].timestamp_ns;
  }

  /// Returns how often the message was delivered before it came into this
  /// block.
  [[nodiscard]] uint16_t attempts(size_t index) const noexcept {
    return entries()[index].attempts;
  }

  [[nodiscard]] message_view message(size_t index) const noexcept {
    return {number(index), timestamp_ns(index), attempts(index), body(index)};
  }

  /// Returns what all blocks of this process take, overhead included: the
  /// figure that `--memory-limit` bounds.
  [[nodiscard]] static size_t bytes_in_memory() noexcept;

private:
  struct entry {
    int64_t timestamp_ns;
    uint32_t offset;
    uint32_t number_delta;
    uint16_t attempts;
  };

  block() = default;

  static block* allocate(size_t count, size_t bytes);

  [[nodiscard]] entry* entries() noexcept {
    return reinterpret_cast<entry*>(this + 1);
  }

  [[nodiscard]] const entry* entries() const noexcept {
    return reinterpret_cast<const entry*>(this + 1);
  }

  [[nodiscard]] const char* bodies() const noexcept {
    return reinterpret_cast<const char*>(entries() + count_ + 1);
  }

  friend void intrusive_ptr_add_ref(block* x) noexcept {
    x->references_.fetch_add(1, std::memory_order_relaxed);
  }

  friend void intrusive_ptr_release(block* x) noexcept {
    if (x->references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      x->destroy();
  }

  void destroy() noexcept;

  std::atomic<uint32_t> references_{0};
  uint32_t count_ = 0;
  uint64_t first_number_ = 0;
};

/// Cuts `bodies` into as few blocks as the limits allow, in order.
[[nodiscard]] std::vector<block_ptr>
make_blocks(std::span<const std::string_view> bodies, int64_t timestamp_ns);

} // namespace cafq::queue
