#pragma once

#include <cstdlib>
#include <random>

namespace cafq::test {

/// Returns what random tests start from: CAFQ_SEED of the environment, so that
/// a failure can be repeated, else anything.
inline unsigned seed() {
  static const unsigned result = [] {
    const auto* given = std::getenv("CAFQ_SEED");
    return given ? static_cast<unsigned>(std::strtoul(given, nullptr, 10))
                 : std::random_device{}();
  }();
  return result;
}

/// Random numbers of a seed, the same on every machine.
class dice {
public:
  explicit dice(unsigned seed) : random_(seed) {
    // nop
  }

  /// Returns a number from 0 to `n` - 1.
  size_t below(size_t n) {
    return random_() % n;
  }

  /// Returns a number from `least` to `most`.
  size_t between(size_t least, size_t most) {
    return least + below(most - least + 1);
  }

  bool one_in(size_t n) {
    return below(n) == 0;
  }

private:
  std::mt19937 random_;
};

} // namespace cafq::test
