#pragma once

#include <boost/endian/conversion.hpp>

namespace cafq::protocol {

/// Reads a big-endian integer.
/// @pre `sizeof(T)` bytes can be read at `bytes`.
template <class T>
[[nodiscard]] T load_big_endian(const char* bytes) noexcept {
  using namespace boost::endian;
  return endian_load<T, sizeof(T), order::big>(
    reinterpret_cast<const unsigned char*>(bytes));
}

/// Writes a big-endian integer.
/// @pre `sizeof(T)` bytes can be written at `bytes`.
template <class T>
void store_big_endian(char* bytes, T value) noexcept {
  using namespace boost::endian;
  endian_store<T, sizeof(T), order::big>(
    reinterpret_cast<unsigned char*>(bytes), value);
}

} // namespace cafq::protocol
