#pragma once

#include "tools/cafq/bench/budget.hpp"
#include "tools/cafq/bench/command_template.hpp"
#include "tools/cafq/bench/histogram.hpp"

#include <cstdint>
#include <deque>
#include <string>

namespace cafq::bench {

/// What the publishers of a run were answered.
struct ack_log {
  /// From command to OK, in nanoseconds.
  histogram latency;
  /// Messages, not commands.
  std::uint64_t messages = 0;
  /// Commands without an answer yet.
  std::uint64_t unanswered = 0;
};

/// One connection's publishing: numbers the commands, sends them to the topics
/// in turn, and keeps a number of them unanswered for as long as the budget
/// allows.
class publish_window {
public:
  struct settings {
    std::uint32_t run = 0;
    std::uint32_t producer = 0;
    std::size_t outstanding = 1;
  };

  /// Keeps all references.
  publish_window(const command_template& command, ack_log& acks,
                 budget& allowed, const settings& with);

  /// Appends one command that counts as sent at `due`.
  void publish(std::string& out, time_point due);

  /// Appends what the window and the budget have room for.
  void refill(std::string& out, time_point at);

  /// Notes the answer to the oldest command.
  /// @throws tool::error when there is none.
  void answered(time_point at);

private:
  const command_template& command_;
  ack_log& acks_;
  budget& allowed_;
  settings settings_;
  std::uint64_t next_ = 0;
  std::deque<time_point> sent_;
};

/// Somebody who publishes when there is room in a window.
class refillable {
public:
  refillable() = default;
  refillable(const refillable&) = delete;
  refillable(refillable&&) = delete;
  refillable& operator=(const refillable&) = delete;
  refillable& operator=(refillable&&) = delete;
  virtual ~refillable() = default;

  virtual void refill(time_point at) = 0;
};

} // namespace cafq::bench
