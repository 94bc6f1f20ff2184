#include "net/protocol/message_id.hpp"

#include <cstddef>

namespace cafq::protocol {

namespace {

using digit_pair = std::array<char, 2>;

constexpr auto pairs = [] {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<digit_pair, 256> result{};
  for (size_t i = 0; i < result.size(); ++i)
    result[i] = {digits[i >> 4], digits[i & 15]};
  return result;
}();

constexpr uint8_t no_digit = 0xff;

constexpr auto values = [] {
  std::array<uint8_t, 256> result{};
  result.fill(no_digit);
  for (uint8_t i = 0; i < 10; ++i)
    result[static_cast<size_t>('0' + i)] = i;
  for (uint8_t i = 0; i < 6; ++i)
    result[static_cast<size_t>('a' + i)] = static_cast<uint8_t>(10 + i);
  return result;
}();

} // namespace

message_id make_id(uint16_t node, uint64_t number) noexcept {
  auto bits = (uint64_t{node} << message_number_bits)
              | (number & ((uint64_t{1} << message_number_bits) - 1));
  message_id result;
  for (size_t i = result.size(); i > 0; i -= 2) {
    const auto& pair = pairs[bits & 0xff];
    result[i - 2] = pair[0];
    result[i - 1] = pair[1];
    bits >>= 8;
  }
  return result;
}

std::optional<uint64_t> parse_id(const message_id& id) noexcept {
  uint64_t bits = 0;
  unsigned seen = 0;
  for (const char c : id) {
    const auto value = values[static_cast<unsigned char>(c)];
    seen |= value;
    bits = (bits << 4) | (value & 15u);
  }
  // Only no_digit has a bit above the low four.
  if (seen > 15)
    return std::nullopt;
  return bits;
}

} // namespace cafq::protocol
