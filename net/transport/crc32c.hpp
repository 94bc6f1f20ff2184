#pragma once

#include <cstdint>
#include <string_view>

namespace cafq::transport {

/// CRC-32C (Castagnoli) of `bytes`.
[[nodiscard]] uint32_t crc32c(std::string_view bytes) noexcept;

namespace detail {

/// `crc32c` without the help of the processor.
[[nodiscard]] uint32_t portable_crc32c(std::string_view bytes) noexcept;

} // namespace detail

/// The same as snappy's framing format writes it, so that a checksum over bytes
/// with a checksum in them stays a good one.
[[nodiscard]] inline uint32_t masked_crc32c(std::string_view bytes) noexcept {
  const auto x = crc32c(bytes);
  return ((x >> 15) | (x << 17)) + 0xa282ead8U;
}

} // namespace cafq::transport
