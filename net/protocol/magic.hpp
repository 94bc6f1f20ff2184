#pragma once

#include "net/protocol/violation.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cafq::protocol {

/// The four bytes every client sends first.
inline constexpr std::string_view magic_v2 = "  V2";

/// Those of a node to a nsqlookupd.
inline constexpr std::string_view magic_v1 = "  V1";

/// Checks the start of a connection. Like nsqd it has no opinion before all
/// four bytes are there.
class magic_check {
public:
  enum class answer : uint8_t { need_more, ok, bad };

  /// @param wanted Four bytes that last as long as the process.
  explicit magic_check(std::string_view wanted = magic_v2) noexcept
    : wanted_(wanted) {
    // nop
  }

  /// Takes what is missing of the magic from the front of `bytes`.
  [[nodiscard]] answer feed(std::string_view& bytes) noexcept {
    while (seen_ < got_.size() && !bytes.empty()) {
      got_[seen_++] = bytes.front();
      bytes.remove_prefix(1);
    }
    if (seen_ < got_.size())
      return answer::need_more;
    return std::string_view{got_.data(), got_.size()} == wanted_ ? answer::ok
                                                                 : answer::bad;
  }

private:
  std::string_view wanted_;
  std::array<char, 4> got_{};
  size_t seen_ = 0;
};

/// The answer to any other magic.
[[nodiscard]] inline violation bad_protocol() {
  return {"E_BAD_PROTOCOL", true};
}

} // namespace cafq::protocol
