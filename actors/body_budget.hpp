#pragma once

#include "actors/queue/thread_owner.hpp"
#include "actors/queue/time.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <list>
#include <memory>
#include <optional>
#include <utility>

namespace cafq {

class body_claim;

/// The memory for large requests whose messages no topic has taken yet: a
/// quarter of `--memory-limit`. One is read on only when there is room for all
/// of it, so that all of those that are being read can come to their end. The
/// others wait in line, each with little more than its beginning.
///
/// All claims belong to one thread, that of the sockets. Counted are the bytes
/// claimed, whether they have arrived or not.
class body_budget {
public:
  /// What is smaller needs no claim.
  static constexpr size_t small = size_t{64} * 1024;

  /// Nor does so much of a larger one: it may be a promise and no more.
  static constexpr size_t beginning = 4096;

  /// @param limit A request beyond it has room while it is alone.
  explicit body_budget(size_t limit = std::numeric_limits<size_t>::max())
    : limit_(limit) {
    // nop
  }

  body_budget(const body_budget&) = delete;
  body_budget& operator=(const body_budget&) = delete;

  /// Returns what all budgets of this process have given: part of what
  /// `--memory-limit` bounds. From any thread.
  [[nodiscard]] static size_t bytes_in_memory() noexcept {
    return all_bytes_.load(std::memory_order_relaxed);
  }

  /// Returns how many claims have no room. From any thread.
  [[nodiscard]] static size_t waiting() noexcept {
    return all_waiting_.load(std::memory_order_relaxed);
  }

  /// Whether the first in line has to wait: for tests.
  [[nodiscard]] bool invariant() const;

private:
  friend class body_claim;

  [[nodiscard]] bool fits(size_t bytes) const noexcept;
  void take(size_t bytes) noexcept;
  void let_next();

  static inline std::atomic<size_t> all_bytes_{0};
  static inline std::atomic<size_t> all_waiting_{0};

  const size_t limit_;
  size_t bytes_ = 0;
  /// In the order they came.
  std::list<body_claim*> line_;
  queue::thread_owner owner_;
};

/// The budgets of one node: those of up to a sixteenth of it have a quarter,
/// and a line of their own, so that they do not wait for many that are huge and
/// stall.
class body_budgets {
public:
  /// @param limit Of all together.
  explicit body_budgets(size_t limit = std::numeric_limits<size_t>::max())
    : most_of_small_(limit / 16),
      small_(std::make_shared<body_budget>(limit / 4)),
      large_(std::make_shared<body_budget>(limit - limit / 4)) {
    // nop
  }

  /// One for all sizes.
  explicit body_budgets(std::shared_ptr<body_budget> all) noexcept
    : large_(std::move(all)) {
    // nop
  }

  /// Returns that of requests which take so many bytes.
  [[nodiscard]] const std::shared_ptr<body_budget>&
  of(size_t bytes) const noexcept {
    return small_ && bytes <= most_of_small_ ? small_ : large_;
  }

private:
  size_t most_of_small_ = 0;
  std::shared_ptr<body_budget> small_;
  std::shared_ptr<body_budget> large_;
};

/// The room for one request.
class body_claim {
public:
  /// How slow a request may be, in bytes per second: twice the slowest body
  /// over HTTP if one other waits for its memory, once more for each that does
  /// beside it, up to this.
  static constexpr uint64_t slowest = uint64_t{16} * 1024;
  static constexpr uint64_t slowest_of_many = uint64_t{256} * 1024;

  /// How often to look, and how often if many wait.
  static constexpr auto look_interval = std::chrono::milliseconds{2000};
  static constexpr auto shortest_look_interval = std::chrono::milliseconds{500};

  /// Asks for room.
  /// @param wake Is called when there is, if there is none now. It may not
  ///   touch claims.
  body_claim(std::shared_ptr<body_budget> from, size_t bytes,
             std::function<void()> wake);

  body_claim(const body_claim&) = delete;
  body_claim& operator=(const body_claim&) = delete;

  /// Gives the room to those that wait.
  ~body_claim();

  /// Whether there is room.
  [[nodiscard]] bool granted() const noexcept {
    return granted_;
  }

  /// Asks for more, of a request that turns out to be longer.
  /// @returns false if it has to be given up: it would wait for others with all
  /// that has come of it.
  /// @pre granted()
  [[nodiscard]] bool grow_to(size_t bytes);

  /// It turns out to need no more than this.
  /// @pre granted()
  void shrink_to(size_t bytes);

  /// The request has arrived whole, and is messages from now on, which are
  /// counted as those. The room is theirs until a topic has taken them.
  /// @pre granted()
  void becomes_messages() noexcept;

  /// To be called when the request begins to be read and from then on when it
  /// is time to look.
  /// @param received Bytes so far, from whatever beginning.
  /// @returns whether to give it up: others wait, and it came too slowly since
  ///   the last look.
  [[nodiscard]] bool too_slow(queue::time_point now, uint64_t received);

  /// Returns when to look, if it is being read.
  [[nodiscard]] std::optional<queue::time_point> next_look() const noexcept {
    return look_at_;
  }

private:
  friend class body_budget;

  std::shared_ptr<body_budget> from_;
  size_t bytes_;
  std::function<void()> wake_;
  bool granted_ = false;
  bool messages_ = false;
  std::list<body_claim*>::iterator place_;
  std::optional<queue::time_point> look_at_;
  std::chrono::milliseconds looks_after_{};
  uint64_t received_ = 0;
};

/// Returns what `--memory-limit` bounds: messages, and requests with messages
/// that have not arrived whole.
[[nodiscard]] size_t message_memory() noexcept;

} // namespace cafq
