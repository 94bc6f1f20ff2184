#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace cafq {

/// The figures of nsqd's `memory`, by its names. There is no garbage collector
/// here, so its figures are 0.
using memory_figures = std::array<std::pair<std::string_view, uint64_t>, 9>;

/// Asks the allocator.
[[nodiscard]] memory_figures memory_in_use() noexcept;

} // namespace cafq
