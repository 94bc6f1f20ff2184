#include "persistence/crc32c.hpp"

#include <array>
#include <cstddef>
#include <cstring>

#ifdef __x86_64__
#  include <nmmintrin.h>
#endif

namespace cafq {

namespace {

/// Bits reversed.
constexpr uint32_t polynomial = 0x82F63B78;

using table = std::array<std::array<uint32_t, 256>, 8>;

/// Row k advances a byte over k zero bytes more: "slicing by 8".
constexpr table make_table() {
  table result{};
  for (uint32_t i = 0; i < 256; ++i) {
    auto crc = i;
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? polynomial : 0);
    result[0][i] = crc;
  }
  for (size_t row = 1; row < 8; ++row)
    for (size_t i = 0; i < 256; ++i) {
      const auto before = result[row - 1][i];
      result[row][i] = (before >> 8) ^ result[0][before & 0xff];
    }
  return result;
}

constexpr table by_byte = make_table();

uint64_t load(const char* at) noexcept {
  uint64_t result = 0;
  std::memcpy(&result, at,
              sizeof(result)); // little-endian, as bytes.hpp has it
  return result;
}

#ifdef __x86_64__

/// The instruction has a latency of three cycles and a throughput of one, so
/// three lanes of this size run side by side.
constexpr size_t lane = 1024;

using shift_table = std::array<std::array<uint32_t, 256>, 4>;

/// Advances a CRC over a lane of zero bytes, one table row per byte of it.
constexpr shift_table make_shift_table() {
  std::array<uint32_t, 32> by_bit{};
  for (size_t bit = 0; bit < 32; ++bit) {
    auto crc = uint32_t{1} << bit;
    for (size_t i = 0; i < lane; ++i)
      crc = (crc >> 8) ^ by_byte[0][crc & 0xff];
    by_bit[bit] = crc;
  }
  shift_table result{};
  for (size_t row = 0; row < 4; ++row)
    for (size_t i = 0; i < 256; ++i)
      for (size_t bit = 0; bit < 8; ++bit)
        if (((i >> bit) & 1) != 0)
          result[row][i] ^= by_bit[row * 8 + bit];
  return result;
}

constexpr shift_table by_lane = make_shift_table();

uint64_t shift(uint64_t crc) noexcept {
  return by_lane[0][crc & 0xff] ^ by_lane[1][(crc >> 8) & 0xff]
         ^ by_lane[2][(crc >> 16) & 0xff] ^ by_lane[3][(crc >> 24) & 0xff];
}

__attribute__((target("sse4.2"))) uint32_t
by_instruction(std::string_view bytes, uint32_t crc) noexcept {
  uint64_t state = static_cast<uint32_t>(~crc);
  const auto* at = bytes.data();
  const auto* end = at + bytes.size();
  for (; static_cast<size_t>(end - at) >= 3 * lane; at += 3 * lane) {
    uint64_t second = 0;
    uint64_t third = 0;
    for (size_t i = 0; i < lane; i += 8) {
      state = _mm_crc32_u64(state, load(at + i));
      second = _mm_crc32_u64(second, load(at + lane + i));
      third = _mm_crc32_u64(third, load(at + 2 * lane + i));
    }
    state = shift(shift(state) ^ second) ^ third;
  }
  for (; end - at >= 8; at += 8)
    state = _mm_crc32_u64(state, load(at));
  auto last = static_cast<uint32_t>(state);
  for (; at != end; ++at)
    last = _mm_crc32_u8(last, static_cast<unsigned char>(*at));
  return ~last;
}

#endif

using function = uint32_t (*)(std::string_view, uint32_t) noexcept;

function choose() noexcept {
#ifdef __x86_64__
  if (__builtin_cpu_supports("sse4.2"))
    return by_instruction;
#endif
  return crc32c_by_table;
}

} // namespace

uint32_t crc32c_by_table(std::string_view bytes, uint32_t crc) noexcept {
  crc = ~crc;
  const auto* at = bytes.data();
  const auto* end = at + bytes.size();
  for (; end - at >= 8; at += 8) {
    const auto x = load(at) ^ crc;
    crc = 0;
    for (size_t i = 0; i < 8; ++i)
      crc ^= by_byte[7 - i][(x >> (8 * i)) & 0xff];
  }
  for (; at != end; ++at)
    crc = (crc >> 8)
          ^ by_byte[0][(crc ^ static_cast<unsigned char>(*at)) & 0xff];
  return ~crc;
}

uint32_t crc32c(std::string_view bytes, uint32_t crc) noexcept {
  static const auto chosen = choose();
  return chosen(bytes, crc);
}

} // namespace cafq
