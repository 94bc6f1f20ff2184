#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

namespace cafq {

/// The frames on their way to one client, and how far they have come:
///
///   frames() --> ready() --taken--> sent, or handed to CAF --gone--> sent
///
/// Behind an upgrade the frames are encoded when all before them has been
/// taken; from then on they are bytes of the wire, and counted as those.
///
/// Frames are appended while a handler runs and leave in one piece behind it.
/// CAF's own write buffer has no bound and keeps its memory, so it is only
/// given more when it is empty; what waits meanwhile lies here and is bounded
/// by the credit that channels have.
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

  /// Whether all but the frames has left.
  [[nodiscard]] bool idle() const noexcept {
    return handed_ == 0 && begun_.empty();
  }

  /// Replaces the first `count` bytes of the frames, which were encoded to the
  /// end of `wire`. Leaves an empty `wire`.
  /// @pre `idle()`
  void encoded(std::vector<char>& wire, size_t count) {
    assert(idle() && count <= frames_.size());
    frames_.erase(frames_.begin(),
                  frames_.begin() + static_cast<ptrdiff_t>(count));
    begun_.swap(wire);
    // A part of it tells nothing about a part of the frames.
    for (auto& x : reports_)
      if (x.at > left_)
        x.at = left_ + begun_.size()
               + (x.at - left_ > count ? x.at - left_ - count : 0);
  }

  /// Returns what may be sent now.
  [[nodiscard]] std::string_view ready() const noexcept {
    if (handed_ > 0)
      return {};
    if (begun_.empty())
      return {frames_.data(), frames_.size()};
    return {begun_.data() + at_, begun_.size() - at_};
  }

  /// Of what was ready, the first `sent` bytes left by way of the socket, as
  /// many as `handed` behind them were handed to CAF.
  /// @pre There are as many.
  void taken(size_t sent, size_t handed) noexcept {
    assert(sent + handed <= ready().size());
    left_ += sent;
    handed_ = handed;
    const auto count = sent + handed;
    if (begun_.empty() && count == frames_.size()) {
      release(frames_);
      return;
    }
    if (begun_.empty())
      begun_.swap(frames_);
    at_ += count;
    if (at_ < begun_.size())
      return;
    at_ = 0;
    release(begun_);
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
    return handed_ + begun_.size() - at_ + frames_.size();
  }

  /// Returns the bytes of memory it takes, those handed to CAF included.
  [[nodiscard]] size_t held() const noexcept {
    return handed_ + begun_.capacity() + frames_.capacity();
  }

  /// Returns the bytes that have left since the start.
  [[nodiscard]] uint64_t left() const noexcept {
    return left_;
  }

  /// Forgets everything: the connection is broken.
  void discard() noexcept {
    handed_ = at_ = 0;
    frames_ = std::vector<char>();
    begun_ = std::vector<char>();
    reports_.clear();
  }

  /// Whether what has begun to leave has not left whole, and reports are in the
  /// order of what they wait for: for tests.
  [[nodiscard]] bool invariant() const {
    return (begun_.empty() ? at_ == 0 : at_ < begun_.size())
           && std::is_sorted(
             reports_.begin(), reports_.end(),
             [](const report& x, const report& y) { return x.at < y.at; });
  }

  /// Gives back memory that a burst needed.
  void shrink() {
    if (frames_.empty() && frames_.capacity() > 0)
      frames_ = std::vector<char>();
    if (begun_.empty() && begun_.capacity() > 0)
      begun_ = std::vector<char>();
  }

private:
  struct report {
    uint64_t at;
    uint64_t value;
  };

  /// What a client that took all it was sent may keep for the next burst.
  static constexpr size_t kept_capacity = size_t{256} * 1024;

  static void release(std::vector<char>& x) noexcept {
    if (x.capacity() > kept_capacity)
      x = std::vector<char>();
    else
      x.clear();
  }

  std::vector<char> frames_;
  /// Of which a part was taken, and how much.
  std::vector<char> begun_;
  size_t at_ = 0;
  size_t handed_ = 0;
  /// Bytes that have left since the start.
  uint64_t left_ = 0;
  std::vector<report> reports_;
};

} // namespace cafq
