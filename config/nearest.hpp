#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cafq::config {

/// The candidate that looks most like a misspelt `name`, or "" if none is near
/// enough to be worth a guess.
[[nodiscard]] std::string_view
nearest(std::string_view name, const std::vector<std::string_view>& candidates);

/// A ready end for a complaint: `; did you mean X?`, or "".
[[nodiscard]] std::string
did_you_mean(std::string_view name,
             const std::vector<std::string_view>& candidates,
             std::string_view prefix = "");

} // namespace cafq::config
