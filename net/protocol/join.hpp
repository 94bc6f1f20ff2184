#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace cafq::protocol {

/// Returns the parts as one string, allocated once.
[[nodiscard]] inline std::string
join(std::initializer_list<std::string_view> parts) {
  size_t size = 0;
  for (const auto part : parts)
    size += part.size();
  std::string result;
  result.reserve(size);
  for (const auto part : parts)
    result += part;
  return result;
}

} // namespace cafq::protocol
