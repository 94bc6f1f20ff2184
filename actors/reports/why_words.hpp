#pragma once

#include "actors/queue/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// Numbers and times as people read them.
namespace cafq {

/// Returns a number with commas: `12,034`.
[[nodiscard]] std::string with_commas(uint64_t x);

/// Returns a time in its two largest units: `350 ms`, `41 s`, `3 min 20 s`.
[[nodiscard]] std::string in_words(queue::duration x);

/// Returns a size: `900 bytes`, `512 KB`, `1.5 MB`.
[[nodiscard]] std::string size_in_words(uint64_t bytes);

/// Returns a number and what it is of: `1 message`, `12,034 messages`.
[[nodiscard]] std::string counted(uint64_t x, std::string_view noun);

} // namespace cafq
