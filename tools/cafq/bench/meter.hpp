#pragma once

#include "tools/cafq/bench/clock.hpp"
#include "tools/cafq/bench/proc_stat.hpp"
#include "tools/cafq/bench/report.hpp"

#include <cstdint>
#include <optional>

#include <sys/types.h>

namespace cafq::bench {

/// Measures what a run costs the broker, and this process: a generator that
/// is busy all the time measures itself.
class meter {
public:
  /// @param broker Its process; 0 when it is elsewhere.
  explicit meter(pid_t broker);

  void start();

  void stop();

  /// Adds the cost between start() and stop().
  /// @param messages What it is divided by.
  void add_to(report& out, std::uint64_t messages) const;

private:
  struct reading {
    time_point at;
    duration own_cpu{};
    duration broker_cpu{};
    proc_stat broker;
  };

  [[nodiscard]] reading read() const;

  pid_t broker_;
  reading before_;
  reading after_;
};

} // namespace cafq::bench
