#include "net/protocol/message_id.hpp"

#include "net/protocol/big_endian.hpp"

#include <cstddef>

namespace cafq::protocol {

namespace {

// Eight digits are worked on together, one in each byte of a word.

/// Returns a word with the same in each byte.
constexpr uint64_t each(uint8_t x) {
  return x * uint64_t{0x0101'0101'0101'0101};
}

/// Returns bit 7 of each byte that is from `first` to `last`.
/// @pre No byte has bit 7 set.
constexpr uint64_t between(uint64_t bytes, uint8_t first, uint8_t last) {
  const auto from_first = bytes + each(static_cast<uint8_t>(0x80 - first));
  const auto above_last = bytes + each(static_cast<uint8_t>(0x7f - last));
  return from_first & ~above_last & each(0x80);
}

/// Reads eight digits.
/// @returns false if there is anything else.
bool parse(uint64_t text, uint64_t& to) {
  const auto letters = between(text & each(0x7f), 'a', 'f');
  const auto digits = between(text & each(0x7f), '0', '9');
  if ((((letters | digits) & ~text) & each(0x80)) != each(0x80))
    return false;
  auto x = (text & each(0x0f)) + 9 * (letters >> 7U);
  x = (x | (x >> 4U)) & 0x00ff'00ff'00ff'00ff;
  x = (x | (x >> 8U)) & 0x0000'ffff'0000'ffff;
  to = (x | (x >> 16U)) & 0xffff'ffff;
  return true;
}

/// Returns a number below 2^32 as eight digits.
uint64_t print(uint64_t x) {
  x = (x | (x << 16U)) & 0x0000'ffff'0000'ffff;
  x = (x | (x << 8U)) & 0x00ff'00ff'00ff'00ff;
  x = (x | (x << 4U)) & each(0x0f);
  const auto letters = ((x + each(6)) >> 4U) & each(1);
  return x + each('0') + letters * ('a' - '0' - 10);
}

constexpr size_t half = 8;

} // namespace

message_id make_id(uint16_t node, uint64_t number) noexcept {
  const auto bits = (uint64_t{node} << message_number_bits)
                    | (number & ((uint64_t{1} << message_number_bits) - 1));
  message_id result;
  store_big_endian(result.data(), print(bits >> 32U));
  store_big_endian(result.data() + half, print(bits & 0xffff'ffff));
  return result;
}

std::optional<uint64_t> parse_id(const message_id& id) noexcept {
  uint64_t high = 0;
  uint64_t low = 0;
  if (!parse(load_big_endian<uint64_t>(id.data()), high)
      || !parse(load_big_endian<uint64_t>(id.data() + half), low))
    return std::nullopt;
  return (high << 32U) | low;
}

} // namespace cafq::protocol
