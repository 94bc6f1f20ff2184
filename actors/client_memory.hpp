#pragma once

#include "actors/queue/thread_owner.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

namespace cafq {

class client_share;

/// What clients make the node hold: input that is no whole command yet,
/// publishes and answers that wait, output that is not taken, the names of
/// topics. Bounded in total, however many clients there are:
///
///   0                         1/2                         1   of the limit
///   |--------------------------|--------------------------|
///     each has its full windows   windows are small, and     those go that
///                                 spare memory is given back  hold most for
///                                                             longest
///
/// What every client needs is free, so one that is quiet is never touched.
/// Knows nothing of sockets, commands and time. All shares belong to one
/// thread, that of the sockets.
class client_memory {
public:
  /// What a client has without a charge.
  static constexpr size_t free_bytes = 4096;

  /// A client's window while memory is tight.
  static constexpr size_t small_window = 4096;

  /// What a client is asked for.
  enum class wish : uint8_t {
    /// Give back what is not needed now.
    shrink,
    /// Go: others need the memory.
    leave,
  };

  /// @param limit Bytes of all clients together. One client may hold more, as
  ///   long as the others hold less than half of it: a message may be longer.
  explicit client_memory(size_t limit = std::numeric_limits<size_t>::max())
    : limit_(limit) {
    // nop
  }

  client_memory(const client_memory&) = delete;
  client_memory& operator=(const client_memory&) = delete;

  /// Whether clients are to hold as little as they can.
  [[nodiscard]] bool tight() const noexcept {
    return tight_;
  }

  /// Returns how many bytes of a kind a client may hold before it has to wait.
  [[nodiscard]] size_t window(size_t usual) const noexcept {
    return tight_ ? small_window : usual;
  }

  /// Returns what the clients of this process hold beyond what is free. From
  /// any thread.
  [[nodiscard]] static size_t bytes_in_memory() noexcept {
    return all_bytes_.load(std::memory_order_relaxed);
  }

  /// Returns how often memory got tight. From any thread.
  [[nodiscard]] static uint64_t times_tight() noexcept {
    return times_tight_.load(std::memory_order_relaxed);
  }

  /// Returns how many clients had to go. From any thread.
  [[nodiscard]] static uint64_t ended() noexcept {
    return ended_.load(std::memory_order_relaxed);
  }

  /// Whether the sums are those of all shares: for tests.
  [[nodiscard]] bool invariant() const;

private:
  friend class client_share;

  void changed(size_t before, size_t now);
  void judge();
  void ask_to_shrink();
  [[nodiscard]] bool end_one();

  static inline std::atomic<size_t> all_bytes_{0};
  static inline std::atomic<uint64_t> times_tight_{0};
  static inline std::atomic<uint64_t> ended_{0};

  const size_t limit_;
  size_t bytes_ = 0;
  /// The part of it that those hold that were told to go.
  size_t leaving_ = 0;
  bool tight_ = false;
  /// How often anything changed: what stands for time here.
  uint64_t steps_ = 0;
  std::vector<client_share*> all_;
  queue::thread_owner owner_;
};

/// What one client holds, for as long as it is there.
class client_share {
public:
  using ask = std::function<void(client_memory::wish)>;

  /// @param tell Tells the client what is wanted. It may not touch shares.
  client_share(std::shared_ptr<client_memory> in, ask tell);

  client_share(const client_share&) = delete;
  client_share& operator=(const client_share&) = delete;
  ~client_share();

  /// The client holds so many bytes now.
  void holds(size_t bytes) {
    const auto now = bytes - std::min(bytes, client_memory::free_bytes);
    if (now != bytes_)
      change(now);
  }

  /// Whether it holds more than is free.
  [[nodiscard]] bool charged() const noexcept {
    return bytes_ > 0;
  }

private:
  friend class client_memory;

  void change(size_t now);
  [[nodiscard]] double weight() const noexcept;

  std::shared_ptr<client_memory> in_;
  ask ask_;
  size_t place_;
  /// Beyond what is free.
  size_t bytes_ = 0;
  /// When it last came to hold less, or anything at all.
  uint64_t moved_ = 0;
  bool leaving_ = false;
};

} // namespace cafq
