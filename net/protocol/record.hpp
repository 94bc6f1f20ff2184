#pragma once

#include "net/protocol/big_endian.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cafq::protocol {

/// Removes the first record of mpub::records and returns its body.
/// @pre `records` is not empty and was checked by the parser.
[[nodiscard]] inline std::string_view
take_record(std::string_view& records) noexcept {
  const auto size = load_big_endian<uint32_t>(records.data());
  const auto body = records.substr(sizeof size, size);
  records.remove_prefix(sizeof size + size);
  return body;
}

} // namespace cafq::protocol
