#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace cafq {

/// Whether the disk takes new messages: the STORE says so, and everybody looks.
/// It is a variable instead of a message because whoever publishes wants to
/// know now, and because nobody has to act when it changes.
class store_health {
public:
  enum class state : uint8_t {
    ok,
    /// There is too little room for more messages; all else goes on.
    full,
    /// The last commit found no room.
    failing,
  };

  [[nodiscard]] bool ok() const noexcept {
    return state_.load(std::memory_order_relaxed) == state::ok;
  }

  [[nodiscard]] state now() const noexcept {
    return state_.load(std::memory_order_relaxed);
  }

  /// Returns why it is not ok, in words; empty if it is.
  [[nodiscard]] std::string reason() const {
    const std::lock_guard hold{lock_};
    return reason_;
  }

  /// Returns how many commits have succeeded: as long as it grows, waiting for
  /// the disk is worth it.
  [[nodiscard]] uint64_t commits() const noexcept {
    return commits_.load(std::memory_order_relaxed);
  }

  void committed() noexcept {
    commits_.fetch_add(1, std::memory_order_relaxed);
  }

  /// Returns why a new name, or the end of one, is not on disk after a while.
  [[nodiscard]] std::string_view why_late() const noexcept {
    // A new topic waits for those who know its channels elsewhere, too.
    return now() == state::failing ? "the disk takes no new names"
                                   : "the disk or a nsqlookupd does not answer";
  }

  void set(state x, std::string reason) {
    const std::lock_guard hold{lock_};
    reason_ = std::move(reason);
    state_.store(x, std::memory_order_relaxed);
  }

private:
  std::atomic<state> state_{state::ok};
  std::atomic<uint64_t> commits_{0};
  mutable std::mutex lock_;
  std::string reason_;
};

} // namespace cafq
