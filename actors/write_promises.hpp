#pragma once

#include "actors/queue/time.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace cafq {

/// Messages that are to be on disk by a certain time (mode `interval`), until
/// they are, and whether that is to be told.
class write_promises {
public:
  /// How late a message may be before that is told, and how often.
  static constexpr queue::duration most_late = std::chrono::seconds{1};
  static constexpr queue::duration tell_every = std::chrono::seconds{10};

  struct promise {
    /// What is staged up to here is on disk when the store is durable up to it.
    uint64_t mark = 0;
    /// When the oldest of the messages was published, when it is to be on disk,
    /// and when the store got it.
    queue::time_point since{};
    queue::time_point until{};
    queue::time_point staged{};
  };

  /// @pre `x.mark` is not below that of the last one.
  void add(const promise& x) {
    open_.push_back(x);
  }

  /// All is on disk that was staged up to the mark.
  /// @returns the most overdue, if it is late enough and nothing was told for a
  ///          while.
  [[nodiscard]] std::optional<promise>
  kept(uint64_t durable, queue::time_point now);

  /// Returns since when the oldest message waits, if one does. They come from
  /// many queues, but each is staged soon.
  [[nodiscard]] std::optional<queue::time_point> oldest() const noexcept {
    return open_.empty() ? std::nullopt : std::optional{open_.front().since};
  }

private:
  std::deque<promise> open_;
  std::optional<queue::time_point> told_;
};

} // namespace cafq
