#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace cafq::protocol {

/// Received bytes that nobody has used up yet: first those in own memory, then
/// those that still lie with whoever received them.
///
///   own memory   [ used up | kept ... ]
///   fed bytes                          [ ... ]
///
/// The window is what can be looked at in one piece: the kept bytes if there
/// are any, else the fed ones. So a command that arrives whole is never copied,
/// and of one that does not, little more than its own bytes.
class input_buffer {
public:
  // -- modifiers --------------------------------------------------------------

  /// Adds bytes, which must stay where they are until they are used up, kept or
  /// discarded.
  void feed(std::string_view bytes);

  /// Takes the first `n` bytes of the window as used up. They stay readable
  /// until the next call of another modifier.
  void consume(size_t n) noexcept;

  /// Makes the window longer, up to `wanted` bytes.
  /// @returns Whether it grew. If not, nothing is left with the caller.
  [[nodiscard]] bool extend(size_t wanted);

  /// Makes the window longer, up to `max` bytes, but not beyond the first new
  /// newline.
  /// @returns Whether it grew. If not, nothing is left with the caller.
  [[nodiscard]] bool extend_line(size_t max);

  /// Gets memory for a window of `wanted` bytes at once.
  void reserve(size_t wanted) {
    own_.reserve(begin_ + wanted);
  }

  /// Copies what is left of the fed bytes into own memory.
  void keep();

  /// Forgets all bytes.
  void discard() noexcept;

  /// Gives memory back that holds nothing.
  void recycle() noexcept;

  // -- observers --------------------------------------------------------------

  [[nodiscard]] std::string_view window() const noexcept {
    return begin_ < own_.size() ? kept() : fed_;
  }

  [[nodiscard]] bool empty() const noexcept {
    return begin_ == own_.size() && fed_.empty();
  }

  /// The bytes of own memory.
  [[nodiscard]] size_t capacity() const noexcept {
    return own_.capacity();
  }

private:
  [[nodiscard]] std::string_view kept() const noexcept {
    return {own_.data() + begin_, own_.size() - begin_};
  }

  void move_to_own(size_t n);

  std::vector<char> own_;
  /// How much of `own_` is used up.
  size_t begin_ = 0;
  std::string_view fed_;
};

} // namespace cafq::protocol
