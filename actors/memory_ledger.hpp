#pragma once

#include "actors/queue/time.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace cafq {

/// Whether the messages of a queue may go to the store.
enum class storable : bool { no, yes };

/// Who holds messages in memory, so that those that the store has leave it in
/// the order in which nobody used them, and so that what cannot be stored has a
/// share of its own and leaves the rest to the others:
///
///   0                     1/2          3/4          1   of --memory-limit
///   |---------------------|------------|------------|
///     unused queues are        ^ asked to    queues      publishes
///     asked until here          give up      spill       wait
///
/// Queues of all threads use it.
class memory_ledger {
public:
  /// One queue, for as long as this lives.
  class account {
  public:
    account(std::shared_ptr<memory_ledger> in, std::string name, storable what,
            std::function<void()> shed);

    account(const account&) = delete;
    account& operator=(const account&) = delete;
    ~account();

    /// The queue was used, and holds so many bytes of messages.
    void holds(size_t bytes, queue::time_point now);

    /// The queue was asked, and now holds so many.
    void gave_up(size_t bytes, queue::time_point now);

    /// Whether a queue that cannot be stored may hold more.
    /// @param share Bytes for all of those together.
    [[nodiscard]] bool may_grow(size_t share) const noexcept;

  private:
    friend class memory_ledger;

    using place = std::list<account*>::iterator;

    std::shared_ptr<memory_ledger> in_;
    std::string name_;
    storable what_;
    /// May be called in any thread, and after the account has ended.
    std::function<void()> shed_;
    std::atomic<size_t> bytes_{0};

    // Guarded by the ledger's lock, but for `used_`, which is the owner's.

    queue::time_point used_{};
    place all_;
    std::optional<place> line_;
    bool asked_ = false;
  };

  /// What one queue needs beside the messages: to know where they are, who has
  /// them and when they are due. For as long as this lives.
  class bookkeeping {
  public:
    explicit bookkeeping(std::shared_ptr<memory_ledger> in);
    bookkeeping(const bookkeeping&) = delete;
    bookkeeping& operator=(const bookkeeping&) = delete;
    ~bookkeeping();

    /// The queue needs so many bytes, of which messages in flight have some:
    /// known to a few KB.
    void takes(size_t bytes, size_t in_flight) noexcept;

    /// Whether the queue may give out more messages.
    /// @param share Bytes for those in flight of all queues together.
    [[nodiscard]] bool may_grow(size_t share) const noexcept;

  private:
    std::shared_ptr<memory_ledger> in_;
    size_t bytes_ = 0;
    size_t in_flight_ = 0;
  };

  /// What one topic has on its way to the disk, with its channels. Queues of
  /// all threads use it.
  class writer {
  public:
    explicit writer(std::shared_ptr<memory_ledger> in);
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;
    ~writer() = default;

    /// Whether as much is on its way as may be: for all topics together, and
    /// for this one of those that write. Each channel's copy counts, though
    /// they share the bodies.
    [[nodiscard]] bool enough() const noexcept;

    /// Likewise for the rows alone, which take memory beside their messages:
    /// consumers that requeue or finish make them, so they are to wait.
    /// @param share Bytes for those of all topics together.
    [[nodiscard]] bool enough_rows(size_t share) const noexcept;

  private:
    friend class memory_ledger;

    void add(size_t bytes, size_t rows) noexcept;
    void remove(size_t bytes, size_t rows) noexcept;

    std::shared_ptr<memory_ledger> in_;
    std::atomic<size_t> claims_{0};
    std::atomic<size_t> bytes_{0};
    std::atomic<size_t> rows_{0};
  };

  /// Counts bytes until all who hold this have let go: of messages on their way
  /// to the disk, or from it, or that wait until a topic takes them.
  class claim {
  public:
    enum class kind : uint8_t { writing, reading, waiting };

    claim(std::shared_ptr<memory_ledger> in, kind what, size_t bytes);

    /// Of what is on its way to the disk.
    /// @param bytes With what the rows take beside their messages.
    /// @param rows Of that, what the rows take.
    claim(std::shared_ptr<writer> by, size_t bytes, size_t rows);

    claim(const claim&) = delete;
    claim& operator=(const claim&) = delete;
    ~claim();

    [[nodiscard]] size_t bytes() const noexcept {
      return bytes_;
    }

  private:
    [[nodiscard]] std::atomic<size_t>& counter() const noexcept;

    std::shared_ptr<memory_ledger> in_;
    std::shared_ptr<writer> by_;
    kind what_;
    size_t bytes_;
    size_t rows_ = 0;
  };

  memory_ledger() = default;
  memory_ledger(const memory_ledger&) = delete;
  memory_ledger& operator=(const memory_ledger&) = delete;

  /// Asks queues to give up what the store has, those first that were not used
  /// for longest, until less than half of the limit is in use. Some at a time:
  /// several may hold the same bodies.
  /// @param limit Bytes that all messages may take.
  void relieve(size_t limit, queue::time_point now);

  /// Whether as much is on its way to the disk as may be, for all topics
  /// together. What comes behind waits for all of it, the name of a new topic,
  /// too.
  [[nodiscard]] bool writing_enough() const noexcept {
    return writing_.load(std::memory_order_relaxed) >= most_writing;
  }

  /// Returns the bytes of publishes that no topic has taken yet.
  [[nodiscard]] size_t waiting() const noexcept {
    return waiting_.load(std::memory_order_relaxed);
  }

  /// Returns how many bytes one queue may read from the disk now: together they
  /// stay below where queues spill.
  [[nodiscard]] size_t spare(size_t limit) const noexcept;

  /// Returns the bytes of messages that cannot be stored.
  [[nodiscard]] size_t unstorable() const noexcept {
    return unstorable_.load(std::memory_order_relaxed);
  }

  /// Returns what all queues of this process need beside their messages, and
  /// rows on their way to the disk. From any thread.
  [[nodiscard]] static size_t all_bookkeeping() noexcept {
    return all_bookkeeping_.load(std::memory_order_relaxed);
  }

  /// Returns how often queues of this process were asked. From any thread.
  [[nodiscard]] static uint64_t times_asked() noexcept {
    return times_asked_.load(std::memory_order_relaxed);
  }

  /// Returns the bytes of messages of this process that cannot be stored. From
  /// any thread.
  [[nodiscard]] static size_t all_unstorable() noexcept {
    return all_unstorable_.load(std::memory_order_relaxed);
  }

  /// Returns who holds most, for people.
  [[nodiscard]] std::string holders() const;

  /// Publishes were refused for want of memory.
  void refused(const std::string& why, queue::time_point now);

  /// Returns why publishes were refused within the last few seconds; empty if
  /// none were.
  [[nodiscard]] std::string trouble(queue::time_point now) const;

  /// Whether the sums are those of all queues, and each that was not asked and
  /// has something to give stands in line once: for tests, and one thread.
  [[nodiscard]] bool invariant() const;

private:
  /// A second or two for a slow disk.
  static constexpr size_t most_writing = size_t{64} << 20U;

  [[nodiscard]] std::vector<std::function<void()>>
  next_to_ask(size_t used, size_t limit, queue::time_point now);
  void leave_line(account& x);
  void enter_line(account& x, queue::time_point now);

  mutable std::mutex lock_;
  std::list<account*> all_;
  /// Those that hold something the store may have, the longest unused first.
  std::list<account*> line_;
  size_t waiting_for_ = 0;
  queue::time_point last_asked_{};
  std::string trouble_;
  std::optional<queue::time_point> trouble_at_;

  std::atomic<size_t> writing_{0};
  /// Topics of which something is.
  std::atomic<size_t> writers_{0};
  /// Of that, what rows take beside their messages.
  std::atomic<size_t> writing_rows_{0};
  std::atomic<size_t> reading_{0};
  std::atomic<size_t> waiting_{0};
  std::atomic<size_t> unstorable_{0};
  std::atomic<size_t> unstorable_queues_{0};

  /// What messages in flight have of all bookkeeping, and how many queues have
  /// some.
  std::atomic<size_t> in_flight_{0};
  std::atomic<size_t> queues_in_flight_{0};

  static inline std::atomic<size_t> all_bookkeeping_{0};
  static inline std::atomic<size_t> all_unstorable_{0};
  static inline std::atomic<uint64_t> times_asked_{0};
};

} // namespace cafq
