#pragma once

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
/// The numbers of a fresh block are consecutive. A stored one packs what is
/// left of several, so it has gaps, and each message its own attempts.
///
/// Two other kinds look the same from outside:
///
///   joined:          [ block ][ part 0 .. part n ]    parts hold the messages
///   without bodies:  [ block ][ entry 0 .. entry count ]
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
    assert(kind_ == kind::plain);
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
    return from->first_number_ + from->entries()[i].number_delta;
  }

  /// Returns where the message with this number is, if it is here.
  [[nodiscard]] std::optional<size_t> index_of(uint64_t number) const noexcept;

  [[nodiscard]] size_t count() const noexcept {
    return count_;
  }

  /// Returns the size of all bodies together, be they here or not.
  [[nodiscard]] size_t bytes() const noexcept {
    return kind_ == kind::joined ? parts()[parts_].bytes_before
                                 : entries()[count_].offset;
  }

  /// @pre has_bodies()
  [[nodiscard]] std::string_view body(size_t index) const noexcept {
    assert(has_bodies());
    const auto [from, i] = plain(index);
    return from->plain_body(i);
  }

  /// Returns when the message arrived, in ns since the Unix epoch.
  [[nodiscard]] int64_t timestamp_ns(size_t index) const noexcept {
    const auto [from, i] = plain(index);
    return from->entries()[i].timestamp_ns;
  }

  /// Returns how often the message was delivered before it came into this
  /// block.
  [[nodiscard]] uint16_t attempts(size_t index) const noexcept {
    const auto [from, i] = plain(index);
    return from->entries()[i].attempts;
  }

  /// @pre has_bodies()
  [[nodiscard]] message_view message(size_t index) const noexcept {
    const auto [from, i] = plain(index);
    const auto& x = from->entries()[i];
    return {from->first_number_ + x.number_delta, x.timestamp_ns, x.attempts,
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

  static block* allocate(kind what, size_t count, size_t tail_size);

  /// Returns the bytes behind the block itself.
  [[nodiscard]] size_t tail_size() const noexcept;

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

  [[nodiscard]] const char* bodies() const noexcept {
    return reinterpret_cast<const char*>(entries() + count_ + 1);
  }

  [[nodiscard]] std::string_view plain_body(size_t index) const noexcept {
    const auto* at = entries() + index;
    return {bodies() + at[0].offset, at[1].offset - at[0].offset};
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
  uint64_t first_number_ = 0;
};

/// Cuts `bodies` into as few blocks as the limits allow, in order.
[[nodiscard]] std::vector<block_ptr>
make_blocks(std::span<const std::string_view> bodies, int64_t timestamp_ns);

} // namespace cafq::queue
