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

  /// Returns the broker's CPU time between start() and stop() for each of
  /// `count`, in microseconds.
  [[nodiscard]] std::optional<double> us_per(std::uint64_t count) const;

  /// Returns how much more anonymous memory it has; less is 0.
  [[nodiscard]] std::uint64_t rss_anon_growth_kb() const;

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
