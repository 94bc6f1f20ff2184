#pragma once

#include <cstdint>
#include <string_view>

namespace cafq {

/// The Castagnoli CRC (RFC 3720, B.4), which x86 computes by itself.
/// @param crc The result for the bytes before, to go on from.
[[nodiscard]] uint32_t
crc32c(std::string_view bytes, uint32_t crc = 0) noexcept;

/// The same without the CPU's help.
[[nodiscard]] uint32_t
crc32c_by_table(std::string_view bytes, uint32_t crc = 0) noexcept;

} // namespace cafq
