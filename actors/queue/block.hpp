#pragma once

#include "net/protocol/contract.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
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
/// A stored block packs what is left of several, so its numbers have gaps, and
/// each message its own time and attempts. Those of a fresh one are consecutive
/// and came together, so it has to know no more than where the bodies are.
///
/// All kinds look the same from outside:
///
///   uniform:         [ block ][ offset 0 .. offset count ][ body 0 | ... ]
///   joined:          [ block ][ part 0 .. part n ]    parts hold the messages
///   without bodies:  [ block ][ entry 0 .. entry count ], or offsets
///
/// A joined block is what several blocks become in the store. It shares them,
/// so that however many channels pack the same messages, the bodies are there
/// once. One without bodies says what the store has, while it has them.
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

  /// What one made of `bodies` takes besides them, for each message and itself.
  static constexpr size_t message_overhead = sizeof(uint32_t);
  static constexpr size_t overhead = 36;

  /// Copies `messages` into a new block that needs no further numbering.
  /// @pre 1 to `max_messages`, numbers ascending by less than 2^32 in all.
  static block_ptr make(std::span<const message_view> messages);

  /// Makes one block of several without copying a body.
  /// @pre They have bodies and 1 to `max_messages` messages, whose numbers
  ///      ascend by less than 2^32 in all.
  static block_ptr join(std::span<const block_ptr> blocks);

  /// Copies one message out of its block, so that it no longer holds the
  /// others in memory. Number, timestamp and attempts stay.
  static block_ptr extract(const block& from, size_t index);

  /// Copies all but the bodies.
  static block_ptr without_bodies(const block& from);

  block(const block&) = delete;
  block& operator=(const block&) = delete;

  /// Gives the messages their numbers, `first` upwards.
  /// @pre Nobody else holds the block yet, and it is no joined one.
  void number_from(uint64_t first) noexcept {
    CAFQ_CHECK_OR_END(kind_ == kind::plain);
    assert(references_.load(std::memory_order_relaxed) == 1);
    first_number_ = first;
  }

  /// Whether `body` may be called.
  [[nodiscard]] bool has_bodies() const noexcept {
    return kind_ != kind::without_bodies;
  }

  [[nodiscard]] uint64_t first_number() const noexcept {
    return first_number_;
  }

  [[nodiscard]] uint64_t last_number() const noexcept {
    return number(count_ - 1);
  }

  [[nodiscard]] uint64_t number(size_t index) const noexcept {
    const auto [from, i] = plain(index);
    return from->first_number_ + from->number_delta(i);
  }

  /// Returns where the message with this number is, if it is here.
  [[nodiscard]] std::optional<size_t> index_of(uint64_t number) const noexcept;

  [[nodiscard]] size_t count() const noexcept {
    return count_;
  }

  /// Returns the size of all bodies together, be they here or not.
  [[nodiscard]] size_t bytes() const noexcept {
    return kind_ == kind::joined ? parts()[parts_].bytes_before
                                 : offset(count_);
  }

  /// @pre has_bodies()
  [[nodiscard]] std::string_view body(size_t index) const noexcept {
    assert(has_bodies());
    const auto [from, i] = plain(index);
    return from->plain_body(i);
  }

  /// Returns the size of a body, be it here or not.
  [[nodiscard]] size_t size(size_t index) const noexcept {
    const auto [from, i] = plain(index);
    return from->offset(i + 1) - from->offset(i);
  }

  /// Returns when the message arrived, in ns since the Unix epoch.
  [[nodiscard]] int64_t timestamp_ns(size_t index) const noexcept {
    const auto [from, i] = plain(index);
    return from->plain_timestamp_ns(i);
  }

  /// Returns how often the message was delivered before it came into this
  /// block.
  [[nodiscard]] uint16_t attempts(size_t index) const noexcept {
    const auto [from, i] = plain(index);
    return from->plain_attempts(i);
  }

  /// @pre has_bodies()
  [[nodiscard]] message_view message(size_t index) const noexcept {
    const auto [from, i] = plain(index);
    return {from->first_number_ + from->number_delta(i),
            from->plain_timestamp_ns(i), from->plain_attempts(i),
            from->plain_body(i)};
  }

  /// Returns the block that holds a message itself, and where.
  [[nodiscard]] std::pair<const block*, size_t>
  plain(size_t index) const noexcept {
    return kind_ == kind::joined ? in_part(index) : std::pair{this, index};
  }

  /// Calls `f` with each block that holds messages itself, in order.
  template <class F>
  void each_plain(F&& f) const {
    if (kind_ != kind::joined) {
      f(*this);
      return;
    }
    for (size_t i = 0; i < parts_; ++i)
      f(*parts()[i].body);
  }

  /// Returns all bodies, one behind the other.
  /// @pre It holds its messages itself.
  [[nodiscard]] std::string_view all_bodies() const noexcept {
    assert(kind_ == kind::plain);
    return {bodies(), bytes()};
  }

  /// Returns what all blocks of this process take, overhead included: the
  /// figure that `--memory-limit` bounds.
  [[nodiscard]] static size_t bytes_in_memory() noexcept;

  /// Returns its part of that, without those of its parts.
  [[nodiscard]] size_t memory() const noexcept {
    return sizeof(block) + tail_size();
  }

private:
  enum class kind : uint8_t { plain, joined, without_bodies };

  struct entry {
    int64_t timestamp_ns;
    uint32_t offset;
    uint32_t number_delta;
    uint16_t attempts;
  };

  /// Of a joined block. The last one says where the messages end.
  struct part {
    block* body;
    uint32_t messages_before;
    uint32_t bytes_before;
  };

  block() = default;
  ~block() = default;

  template <class Message>
  static block_ptr make_uniform(std::span<const Message> messages,
                                int64_t timestamp_ns, uint16_t attempts);

  static block* allocate(kind what, size_t count, size_t tail_size);

  /// Returns the bytes behind the block itself.
  [[nodiscard]] size_t tail_size() const noexcept;

  /// Returns the bytes between the block and its bodies.
  [[nodiscard]] size_t table_size() const noexcept {
    return (count_ + size_t{1}) * (uniform_ ? sizeof(uint32_t) : sizeof(entry));
  }

  [[nodiscard]] std::pair<const block*, size_t>
  in_part(size_t index) const noexcept;

  [[nodiscard]] std::optional<size_t>
  index_in_parts(uint64_t number) const noexcept;

  [[nodiscard]] entry* entries() noexcept {
    return reinterpret_cast<entry*>(this + 1);
  }

  [[nodiscard]] const entry* entries() const noexcept {
    return reinterpret_cast<const entry*>(this + 1);
  }

  [[nodiscard]] part* parts() noexcept {
    return reinterpret_cast<part*>(this + 1);
  }

  [[nodiscard]] const part* parts() const noexcept {
    return reinterpret_cast<const part*>(this + 1);
  }

  [[nodiscard]] uint32_t* offsets() noexcept {
    return reinterpret_cast<uint32_t*>(this + 1);
  }

  [[nodiscard]] const uint32_t* offsets() const noexcept {
    return reinterpret_cast<const uint32_t*>(this + 1);
  }

  [[nodiscard]] const char* bodies() const noexcept {
    return reinterpret_cast<const char*>(this + 1) + table_size();
  }

  // -- of one that holds its messages itself ----------------------------------

  [[nodiscard]] uint32_t offset(size_t index) const noexcept {
    return uniform_ ? offsets()[index] : entries()[index].offset;
  }

  [[nodiscard]] uint32_t number_delta(size_t index) const noexcept {
    return uniform_ ? static_cast<uint32_t>(index)
                    : entries()[index].number_delta;
  }

  [[nodiscard]] int64_t plain_timestamp_ns(size_t index) const noexcept {
    return uniform_ ? timestamp_ns_ : entries()[index].timestamp_ns;
  }

  [[nodiscard]] uint16_t plain_attempts(size_t index) const noexcept {
    return uniform_ ? attempts_ : entries()[index].attempts;
  }

  [[nodiscard]] std::string_view plain_body(size_t index) const noexcept {
    const auto begin = offset(index);
    return {bodies() + begin, offset(index + 1) - begin};
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
  uint16_t count_ = 0;
  uint16_t parts_ = 0;
  kind kind_ = kind::plain;
  /// Whether the numbers have no gaps and `timestamp_ns_` and `attempts_` are
  /// those of all messages.
  bool uniform_ = false;
  uint16_t attempts_ = 0;
  uint64_t first_number_ = 0;
  int64_t timestamp_ns_ = 0;
};

/// Cuts `bodies` into as few blocks as the limits allow, in order.
[[nodiscard]] std::vector<block_ptr>
make_blocks(std::span<const std::string_view> bodies, int64_t timestamp_ns);

} // namespace cafq::queue
