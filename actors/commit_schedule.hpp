#pragma once

#include "actors/commit_pause.hpp"
#include "actors/queue/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace cafq {

/// When the STORE writes what is staged. It asks itself for a commit, so that
/// one holds all that has come meanwhile:
///
///            want               begin              committed
///   idle ----------> asked ----------------> writing ------> idle
///                     | ^                       |
///      begin: a pause | | the pause is over,    | failed: asked, in a while
///                     v | or has all            v
///                   pausing                   asked
///
class commit_schedule {
public:
  /// How long to wait before a commit that found no room is tried again.
  static constexpr queue::duration retry_after = std::chrono::milliseconds{200};

  /// A pause before a commit.
  struct pause {
    queue::duration length{};
    /// See `is_over`.
    uint64_t number = 0;
  };

  // -- modifiers --------------------------------------------------------------

  /// There is something to write.
  /// @returns whether to ask for a commit: nobody has yet.
  [[nodiscard]] bool want() noexcept;

  /// Publishers wait for the next commit with so many messages more.
  /// @returns whether to ask for it at once: they are all it paused for.
  [[nodiscard]] bool appended(size_t messages) noexcept;

  /// The commit that was asked for is due.
  /// @returns for how long to put it off; nothing to write now.
  [[nodiscard]] std::optional<pause> begin(queue::time_point now) noexcept;

  /// What is wanted from here on needs another commit.
  void writing() noexcept {
    asked_ = false;
  }

  /// What was staged is on disk.
  /// @returns whether publishers waited for it, who are answered now.
  bool committed(queue::time_point now, queue::duration took) noexcept;

  /// Nothing was written: there is no room. Publishers do not wait any more,
  /// and there is to be another try after `retry_after`.
  void failed(queue::time_point now) noexcept;

  // -- observers --------------------------------------------------------------

  /// Whether this pause is the one under way, and not one that ended early.
  [[nodiscard]] bool is_over(uint64_t number) const noexcept {
    return pausing_ && number == pauses_;
  }

  /// Whether a pause is under way.
  [[nodiscard]] bool pausing() const noexcept {
    return pausing_;
  }

  /// Since when commits fail, if they do.
  [[nodiscard]] std::optional<queue::time_point>
  failing_since() const noexcept {
    return failing_since_;
  }

private:
  commit_pause pause_;
  bool asked_ = false;
  bool pausing_ = false;
  uint64_t pauses_ = 0;
  /// Messages of publishers that wait for the next commit.
  size_t waiting_ = 0;
  std::optional<queue::time_point> failing_since_;
};

} // namespace cafq
