#include "net/transport/crc32c.hpp"

#include <boost/crc.hpp>

#include <cstring>

#ifdef __x86_64__
#  include <nmmintrin.h>
#endif

namespace cafq::transport {

namespace {

uint32_t by_table(std::string_view bytes) noexcept {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

#ifdef __x86_64__

/// The processor has this very checksum: ten times as fast, and snappy spends
/// most of its time here otherwise.
__attribute__((target("sse4.2"))) uint32_t
by_processor(std::string_view bytes) noexcept {
  uint64_t crc = 0xFFFFFFFF;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    uint64_t x = 0;
    std::memcpy(&x, bytes.data(), 8);
    crc = _mm_crc32_u64(crc, x);
  }
  auto result = static_cast<uint32_t>(crc);
  for (const auto x : bytes)
    result = _mm_crc32_u8(result, static_cast<uint8_t>(x));
  return ~result;
}

#endif

} // namespace

uint32_t crc32c(std::string_view bytes) noexcept {
#ifdef __x86_64__
  static const bool fast = __builtin_cpu_supports("sse4.2") != 0;
  if (fast)
    return by_processor(bytes);
#endif
  return by_table(bytes);
}

namespace detail {

uint32_t portable_crc32c(std::string_view bytes) noexcept {
  return by_table(bytes);
}

} // namespace detail

} // namespace cafq::transport
