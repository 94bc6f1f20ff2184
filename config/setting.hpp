#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace cafq::config {

/// What a list in a configuration file holds.
using scalar
  = std::variant<bool, int64_t, double, std::string, std::chrono::nanoseconds>;

/// A value as a configuration file writes it.
using setting = std::variant<bool, int64_t, double, std::string,
                             std::chrono::nanoseconds, std::vector<scalar>>;

} // namespace cafq::config
