#pragma once

#include "config/option_row.hpp"

#include <chrono>
#include <cstdint>
#include <limits>

/// How rows of the tables say which values they take.
namespace cafq::config {

inline constexpr int64_t greatest_int32 = std::numeric_limits<int32_t>::max();

[[nodiscard]] constexpr limits at_least(int64_t least) {
  return {.least = least};
}

[[nodiscard]] constexpr limits at_least(std::chrono::nanoseconds least) {
  return {.least = least.count()};
}

[[nodiscard]] constexpr limits more_than(std::chrono::nanoseconds bound) {
  return {.least = bound.count() + 1};
}

[[nodiscard]] constexpr limits between(int64_t least, int64_t greatest) {
  return {.least = least, .greatest = greatest};
}

[[nodiscard]] constexpr limits
between(std::chrono::nanoseconds least, std::chrono::nanoseconds greatest) {
  return {.least = least.count(), .greatest = greatest.count()};
}

inline constexpr auto zero = std::chrono::nanoseconds{0};
inline constexpr auto port = between(0, 65535);
inline constexpr auto frame_size = between(1, greatest_int32);

} // namespace cafq::config
