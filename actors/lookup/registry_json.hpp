#pragma once

#include "actors/lookup/registry.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// What nsqlookupd tells of its registry over HTTP, in its JSON.
namespace cafq::lookup {

/// The longest answer there is. A registry of 10,000 topics that 50 nodes have
/// fills half of it with /nodes, and has no /debug.
inline constexpr size_t most_json = size_t{32} << 20U;

/// Answers /lookup.
/// @returns nothing if there is no such topic.
[[nodiscard]] std::optional<std::string>
lookup_json(const registry& x, std::string_view topic, time_point now);

/// Answers /topics.
[[nodiscard]] std::string topics_json(const registry& x);

/// Answers /channels.
[[nodiscard]] std::string
channels_json(const registry& x, std::string_view topic);

/// Answers /nodes. A node that nobody reaches has a `dial_back`, which says
/// why.
/// @returns nothing if it were longer than `most_json`.
[[nodiscard]] std::optional<std::string>
nodes_json(const registry& x, time_point now);

/// Answers /debug.
/// @param unix_offset What to add to times to get Unix times.
/// @returns nothing if it were longer than `most_json`.
[[nodiscard]] std::optional<std::string>
debug_json(const registry& x, duration unix_offset);

} // namespace cafq::lookup
