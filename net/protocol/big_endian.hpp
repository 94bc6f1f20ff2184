#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace cafq::protocol {

/// Reads a big-endian integer.
/// @pre `sizeof(T)` bytes can be read at `bytes`.
template <class T>
[[nodiscard]] T load_big_endian(const char* bytes) noexcept {
  std::make_unsigned_t<T> value = 0;
  for (size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<decltype(value)>(
      (value << 8) | static_cast<unsigned char>(bytes[i]));
  return static_cast<T>(value);
}

/// Writes a big-endian integer.
/// @pre `sizeof(T)` bytes can be written at `bytes`.
template <class T>
void store_big_endian(char* bytes, T value) noexcept {
  auto rest = static_cast<std::make_unsigned_t<T>>(value);
  for (size_t i = sizeof(T); i-- > 0;) {
    bytes[i] = static_cast<char>(rest & 0xff);
    rest = static_cast<decltype(rest)>(rest >> (sizeof(T) > 1 ? 8 : 0));
  }
}

} // namespace cafq::protocol
