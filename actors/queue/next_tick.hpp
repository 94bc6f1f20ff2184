#pragma once

#include "actors/queue/time.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace cafq::queue {

/// When an actor that has deadlines is to be woken next. CAF 0.17 cannot cancel
/// a tick when an earlier deadline comes up, so what is far away is split: few
/// are under way at a time.
class next_tick {
public:
  static constexpr auto longest = std::chrono::seconds{5};

  /// A tick has come. One that an earlier one made superfluous leaves that one
  /// under way.
  void came(time_point now) noexcept {
    if (at_ && *at_ <= now)
      at_.reset();
  }

  /// Returns after what time a tick is to come, unless one comes in time.
  [[nodiscard]] std::optional<duration>
  arm(const std::optional<time_point>& deadline, time_point now) noexcept {
    if (!deadline || (at_ && *at_ <= *deadline))
      return std::nullopt;
    at_ = std::clamp<time_point>(*deadline, now, now + longest);
    return *at_ - now;
  }

private:
  std::optional<time_point> at_;
};

} // namespace cafq::queue
