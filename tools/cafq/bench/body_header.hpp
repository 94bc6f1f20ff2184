#pragma once

#include "tools/cafq/big_endian.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace cafq::bench {

/// The first bytes of a body that is large enough for them.
///
///  0     4          8          16
///  +-----+----------+----------+----------
///  | run | producer | sequence | padding
///  +-----+----------+----------+----------
struct body_header {
  static constexpr std::size_t size = 16;

  /// Tells the messages of this run from what else is in the topic.
  std::uint32_t run = 0;
  std::uint32_t producer = 0;
  std::uint64_t sequence = 0;
};

/// The first byte of every run: no text begins with it.
inline constexpr std::uint32_t run_mark = 0xCA000000;

/// Makes the number of a run out of any number.
[[nodiscard]] constexpr std::uint32_t to_run(std::uint32_t any) noexcept {
  return run_mark | (any & 0x00FFFFFFU);
}

inline void store(char* out, const body_header& header) noexcept {
  tool::store_big_endian(out, header.run);
  tool::store_big_endian(out + 4, header.producer);
  tool::store_big_endian(out + 8, header.sequence);
}

/// @returns nothing when `body` is no bench's, or has no room for a header.
[[nodiscard]] inline std::optional<body_header>
load_header(std::string_view body) noexcept {
  if (body.size() < body_header::size)
    return std::nullopt;
  const body_header result{
    .run = tool::load_big_endian<std::uint32_t>(body.data()),
    .producer = tool::load_big_endian<std::uint32_t>(body.data() + 4),
    .sequence = tool::load_big_endian<std::uint64_t>(body.data() + 8),
  };
  if (to_run(result.run) != result.run)
    return std::nullopt;
  return result;
}

} // namespace cafq::bench
