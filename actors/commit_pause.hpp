#pragma once

#include "actors/queue/time.hpp"
#include "actors/trial.hpp"

#include <chrono>
#include <cstddef>

namespace cafq {

/// How long a commit waits for publishers that were answered by the last one.
///
/// Publishers that await each answer come back right behind a commit. If the
/// next one begins with the first of them, the others have missed it: each
/// waits for two commits, and each commit holds half of them. A pause of at
/// most a commit's time lets them meet, where the disk is slow enough for
/// that (docs/adr/0006).
class commit_pause {
public:
  /// What is longer is not worth a publisher's while.
  static constexpr queue::duration longest = std::chrono::milliseconds{5};

  /// A timer takes this long itself.
  static constexpr queue::duration shortest = std::chrono::microseconds{100};

  /// A commit is done, and `answered` messages are about to be.
  void committed(queue::time_point now, queue::duration took,
                 size_t answered) noexcept;

  /// Returns how long to wait before the commit of `waiting` messages, 0 to
  /// begin. To be called first when there is what came during the last commit.
  [[nodiscard]] queue::duration
  before_commit(queue::time_point now, size_t waiting) noexcept;

  /// Whether it waits, and `waiting` messages are all it waited for.
  [[nodiscard]] bool complete(size_t waiting) const noexcept {
    return paused_ && waiting >= hoped_;
  }

private:
  /// One pause in vain per 32 commits costs little.
  trial trial_{31};
  queue::time_point until_{};
  size_t answered_ = 0;
  /// Those that were answered and those that came meanwhile.
  size_t hoped_ = 0;
  bool first_ = false;
  bool paused_ = false;
};

} // namespace cafq
