#pragma once

#include "tools/cafq/bench/clock.hpp"

#include <cstdint>
#include <optional>

namespace cafq::bench {

/// Says when the next command may be sent, and when that was the last.
class budget {
public:
  /// Has none until it is started.
  /// @param rate Commands per second; 0 is any number of them.
  explicit budget(double rate) noexcept;

  /// Starts anew: any number of commands until `end`.
  void start(time_point now, time_point end);

  /// Starts anew: this many commands, however long it takes.
  void start(time_point now, std::uint64_t commands);

  /// Takes the right to send one command.
  [[nodiscard]] bool take(time_point now);

  /// Is there nothing to come any more?
  [[nodiscard]] bool spent(time_point now) const;

private:
  void restart(time_point now);

  double rate_;
  time_point start_;
  std::uint64_t taken_ = 0;
  std::optional<std::uint64_t> left_ = 0;
  std::optional<time_point> end_;
};

} // namespace cafq::bench
