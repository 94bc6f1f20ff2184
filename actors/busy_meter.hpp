#pragma once

#include "actors/queue/time.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>

namespace cafq {

/// Since when somebody looks at what actors do. As long as nobody does, nothing
/// is measured. One for the process, as there is one node in it; from any
/// thread.
class busy_watch {
public:
  /// Somebody looks.
  static void begin(queue::time_point now) noexcept {
    if (!on())
      since_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  }

  /// Nobody does any more.
  static void end() noexcept {
    since_.store(0, std::memory_order_relaxed);
  }

  [[nodiscard]] static bool on() noexcept {
    return since_.load(std::memory_order_relaxed) != 0;
  }

  /// Returns 0 if nobody looks.
  [[nodiscard]] static queue::time_point since() noexcept {
    return queue::time_point{
      queue::duration{since_.load(std::memory_order_relaxed)}};
  }

private:
  static inline std::atomic<queue::duration::rep> since_{0};
};

/// Measures for which share of the time an actor runs:
///
///   since -- [enter leave] -- [enter leave] -- [enter share ...
///   |<--------------- the first window ---------------->|<--- the next
///
/// Used by the thread that runs the actor only.
class busy_meter {
public:
  /// Who looks again sooner is told the same.
  static constexpr auto least_window = std::chrono::milliseconds{500};

  /// @param since See `busy_watch`.
  void enter(queue::time_point now, queue::time_point since) noexcept {
    begin(since);
    entered_ = now;
  }

  void leave(queue::time_point now) noexcept {
    used_ += now - std::max(entered_, begun_);
    entered_ = {};
  }

  [[nodiscard]] bool running() const noexcept {
    return entered_ != queue::time_point{};
  }

  /// Returns the share of the last window, 0 to 1, if somebody has looked for
  /// that long.
  /// @pre The actor runs; it may have begun before somebody looked.
  [[nodiscard]] std::optional<float>
  share(queue::time_point now, queue::time_point since) noexcept {
    if (since == queue::time_point{})
      return std::nullopt;
    begin(since);
    const auto window = now - begun_;
    if (window >= least_window) {
      if (running())
        leave(now);
      using seconds = std::chrono::duration<float>;
      share_ = std::min(1.0F, seconds{used_} / seconds{window});
      begun_ = entered_ = now;
      used_ = {};
    }
    return share_ < 0 ? std::nullopt : std::optional{share_};
  }

private:
  /// Forgets what an earlier watch has seen.
  void begin(queue::time_point since) noexcept {
    if (begun_ >= since)
      return;
    begun_ = since;
    used_ = {};
    share_ = -1;
  }

  queue::time_point begun_{};
  queue::time_point entered_{};
  queue::duration used_{};
  float share_ = -1;
};

} // namespace cafq
