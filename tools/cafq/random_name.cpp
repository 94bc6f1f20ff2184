#include "tools/cafq/random_name.hpp"

#include <random>

namespace cafq::tool {

std::string random_name(std::string_view prefix) {
  std::random_device device;
  std::uniform_int_distribution<int> digits{100'000, 999'999};
  return std::string{prefix} + std::to_string(digits(device));
}

} // namespace cafq::tool
