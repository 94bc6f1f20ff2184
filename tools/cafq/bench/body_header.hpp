#pragma once

#include "tools/cafq/big_endian.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace cafq::bench {

/// The first bytes of a body that is large enough for them.
///
///  0     4          8       16
///  +-----+----------+-------+----------
///  | run | producer | value | padding
///  +-----+----------+-------+----------
struct body_header {
  static constexpr std::size_t size = 16;

  /// Tells the messages of this run from what else is in the topic.
  std::uint32_t run = 0;
  std::uint32_t producer = 0;
  /// A sequence number, or the time the message was due.
  std::uint64_t value = 0;
};

inline void store(char* out, const body_header& header) noexcept {
  tool::store_big_endian(out, header.run);
  tool::store_big_endian(out + 4, header.producer);
  tool::store_big_endian(out + 8, header.value);
}

/// @returns nothing when `body` has no room for a header.
[[nodiscard]] inline std::optional<body_header>
load_header(std::string_view body) noexcept {
  if (body.size() < body_header::size)
    return std::nullopt;
  return body_header{
    .run = tool::load_big_endian<std::uint32_t>(body.data()),
    .producer = tool::load_big_endian<std::uint32_t>(body.data() + 4),
    .value = tool::load_big_endian<std::uint64_t>(body.data() + 8),
  };
}

} // namespace cafq::bench
