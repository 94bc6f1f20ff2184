#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <vector>

namespace cafq {

/// The frames on their way to one client, and how far they have come:
///
///   frames() --take--> handed to the socket or to CAF --gone--> sent
///
/// Behind an upgrade the frames are encoded just before they are taken; from
/// then on they are bytes of the wire, and counted as those.
///
/// Frames are appended while a handler runs and leave in one piece behind it.
/// CAF's own write buffer has no bound, so it is only given more when it is
/// empty; what waits meanwhile lies here and is bounded by the credit that
/// channels have.
class output {
public:
  /// Where to append frames.
  [[nodiscard]] std::vector<char>& frames() noexcept {
    return frames_;
  }

  /// Asks for `value` to be reported when everything appended so far has left.
  void report_when_sent(uint64_t value) {
    reports_.push_back({left_ + pending(), value});
  }

  /// Whether CAF has sent all it was handed.
  [[nodiscard]] bool idle() const noexcept {
    return handed_ == 0;
  }

  /// Replaces the frames, which were encoded to the end of `wire`. Leaves an
  /// empty `wire`.
  /// @pre `idle()`
  void encoded(std::vector<char>& wire) {
    frames_.clear();
    frames_.swap(wire);
    // A part of it tells nothing about a part of the frames.
    for (auto& x : reports_)
      if (x.at > left_)
        x.at = left_ + frames_.size();
  }

  /// Whether `frames` may be sent now.
  [[nodiscard]] bool ready() const noexcept {
    return handed_ == 0 && !frames_.empty();
  }

  /// The first `sent` bytes of `frames` left by way of the socket, the rest was
  /// handed to CAF.
  /// @pre `ready()`
  void taken(size_t sent) noexcept {
    left_ += sent;
    handed_ = frames_.size() - sent;
    frames_.clear();
  }

  /// CAF has sent `count` of the bytes it was handed.
  void gone(size_t count) noexcept {
    count = count < handed_ ? count : handed_;
    handed_ -= count;
    left_ += count;
  }

  /// Returns the last value whose report is due, if any.
  [[nodiscard]] std::optional<uint64_t> due_report() {
    const auto first_open
      = std::find_if(reports_.begin(), reports_.end(),
                     [this](const report& x) { return x.at > left_; });
    std::optional<uint64_t> result;
    if (first_open != reports_.begin())
      result = std::prev(first_open)->value;
    reports_.erase(reports_.begin(), first_open);
    return result;
  }

  /// Returns the bytes that have not left yet.
  [[nodiscard]] size_t pending() const noexcept {
    return handed_ + frames_.size();
  }

  /// Forgets everything: the connection is broken.
  void discard() noexcept {
    handed_ = 0;
    frames_ = std::vector<char>();
    reports_.clear();
  }

  /// Gives back memory that a burst needed.
  void shrink() {
    if (frames_.empty() && frames_.capacity() > 0)
      frames_ = std::vector<char>();
  }

private:
  struct report {
    uint64_t at;
    uint64_t value;
  };

  std::vector<char> frames_;
  size_t handed_ = 0;
  /// Bytes that have left since the start.
  uint64_t left_ = 0;
  std::vector<report> reports_;
};

} // namespace cafq
