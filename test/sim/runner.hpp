#pragma once

#include "test/sim/plan.hpp"
#include "test/sim/world.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <string>

namespace cafq::sim {

/// What came of one run.
struct verdict {
  /// What is wrong; empty if nothing is.
  std::string fault;
  /// The last that happened, if that was wanted.
  std::string last;
  outcome what;
  double cpu_seconds = 0;
  uint64_t peak_bytes = 0;
};

/// Plays a run in a process of its own, which may crash, hang or grow.
/// @param kept How much of the end to tell in words.
[[nodiscard]] verdict play(const plan& what, size_t kept = 0);

/// Plays many runs, several at a time.
/// @param next Returns the next seed, nothing if there is none.
/// @param done Is called with each that is over.
void play_all(size_t at_a_time,
              const std::function<std::optional<uint64_t>()>& next,
              const std::function<void(const plan&, const verdict&)>& done);

/// Returns a plan with as few faults and clients as fail in any way.
[[nodiscard]] plan shrink(plan what);

/// What many runs came to.
class tally {
public:
  void add(const plan& of, const verdict& x);
  void print(std::ostream& out) const;

  [[nodiscard]] size_t failed() const noexcept {
    return failed_;
  }

private:
  size_t runs_ = 0;
  size_t failed_ = 0;
  size_t restarts_ = 0;
  uint64_t messages_ = 0;
  uint64_t accepted_ = 0;
  uint64_t deliveries_ = 0;
  double simulated_ = 0;
  double cpu_ = 0;
  uint64_t peak_ = 0;
  /// Faults by kind and mode.
  std::array<std::array<size_t, 3>, fault_kinds> faults_{};
};

} // namespace cafq::sim
