#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace cafq {

/// What a CHANNEL tells its TOPIC of the room it has: how many of the messages
/// it was given have found their place, and whether more have to go to disk.
class room_report {
public:
  /// Messages came, of which the topic counts each until it hears of it.
  void came(uint64_t messages) noexcept {
    came_ += messages;
  }

  /// Returns how many messages to tell the topic of, if that is worth a
  /// message: reports are few, and the topic always sees most of the room.
  /// @param unplaced Messages that have not found their place, those included
  ///                 that were here before the topic gave any.
  /// @param window How many the topic may have on their way.
  [[nodiscard]] std::optional<uint64_t>
  placed(uint64_t unplaced, uint64_t window) noexcept {
    const auto now = came_ - std::min(came_, unplaced);
    if (now < told_ + std::max<uint64_t>(window / 4, 1))
      return std::nullopt;
    return now - std::exchange(told_, now);
  }

  /// Returns whether to tell the topic that this has changed.
  [[nodiscard]] bool is_full(bool x) noexcept {
    return std::exchange(full_, x) != x;
  }

  /// Whether it has told of no more than came.
  [[nodiscard]] bool invariant() const noexcept {
    return told_ <= came_;
  }

private:
  uint64_t came_ = 0;
  uint64_t told_ = 0;
  bool full_ = false;
};

} // namespace cafq
