#pragma once

#include "tools/cafq/bench/command_template.hpp"
#include "tools/cafq/bench/histogram.hpp"
#include "tools/cafq/bench/load_connection.hpp"

#include <cstdint>
#include <deque>

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

/// Publishes when told to.
class publisher : public load_connection {
public:
  publisher(event_loop& loop, tool::connection opened, command_template command,
            ack_log& acks);

  /// Queues one command that counts as sent at `due`.
  void publish(const body_header& header, time_point due);

  using load_connection::flush;

  /// Commands without an answer yet.
  [[nodiscard]] std::size_t unanswered() const noexcept {
    return sent_.size();
  }

protected:
  void on_frame(const tool::frame& input) final;

private:
  command_template command_;
  ack_log& acks_;
  std::deque<time_point> sent_;
};

} // namespace cafq::bench
