#pragma once

#include <concepts>
#include <cstddef>

namespace cafq::tool {

/// Writes `value` to sizeof(T) bytes at `out`.
template <std::unsigned_integral T>
void store_big_endian(char* out, T value) noexcept {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    out[i] = static_cast<char>(
      static_cast<unsigned char>(value >> (8 * (sizeof(T) - 1 - i))));
}

/// Reads sizeof(T) bytes at `in`.
template <std::unsigned_integral T>
[[nodiscard]] T load_big_endian(const char* in) noexcept {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>(value << 8) | static_cast<unsigned char>(in[i]);
  return value;
}

} // namespace cafq::tool
