#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cafq::protocol {

/// A message id as the wire has it. Ours are 16 lower-case hex digits; clients
/// may send any 16 bytes.
///
///   63        54 53                                         0
///   [ node id  ][ number of the message within its topic    ]
using message_id = std::array<char, 16>;

inline constexpr int message_number_bits = 54;

/// Returns the id of a message.
/// @param node This node's id, 0 to 1023.
/// @param number The message's number within its topic, below 2^54.
[[nodiscard]] message_id make_id(uint16_t node, uint64_t number) noexcept;

/// Returns the 64 bits of an id, or nothing if it cannot be one of ours: any
/// byte is not a digit or a letter from `a` to `f`.
[[nodiscard]] std::optional<uint64_t> parse_id(const message_id& id) noexcept;

/// Returns the id's characters; the view lives as long as `id`.
[[nodiscard]] inline std::string_view view(const message_id& id) noexcept {
  return {id.data(), id.size()};
}

} // namespace cafq::protocol
