#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cafq::protocol {

/// The words of a command line. Every single space separates, so two spaces
/// have an empty word between them, and a line always has a first word.
class words {
public:
  explicit words(std::string_view line) noexcept : rest_(line) {
    // nop
  }

  /// Returns the next word, or nothing behind the last one.
  [[nodiscard]] std::optional<std::string_view> next() noexcept {
    if (done_)
      return std::nullopt;
    const auto end = rest_.find(' ');
    const auto word = rest_.substr(0, end);
    if (end == std::string_view::npos)
      done_ = true;
    else
      rest_.remove_prefix(end + 1);
    return word;
  }

private:
  std::string_view rest_;
  bool done_ = false;
};

/// Reads a decimal number as nsqd does: no sign, no space, nothing at all is
/// zero, and what is too large wraps at 2^64.
[[nodiscard]] inline std::optional<uint64_t>
parse_decimal(std::string_view word) noexcept {
  uint64_t result = 0;
  for (const char c : word) {
    if (c < '0' || c > '9')
      return std::nullopt;
    result = result * 10 + static_cast<uint64_t>(c - '0');
  }
  return result;
}

} // namespace cafq::protocol
