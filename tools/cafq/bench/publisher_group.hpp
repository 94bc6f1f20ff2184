#pragma once

#include "tools/cafq/bench/bench_run.hpp"
#include "tools/cafq/bench/publish_window.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace cafq::bench {

/// The publishing connections of a run, which share a budget.
class publisher_group {
public:
  /// Keeps `run`, which is to outlive it.
  publisher_group(bench_run& run, const publish_options& options);

  /// Publishes for this long, and until all is answered.
  /// @throws tool::error when the broker stops answering.
  void publish_for(double seconds);

  /// Publishes at least this many messages, in whole batches.
  void publish_messages(std::uint64_t messages);

  /// Messages that were acknowledged.
  [[nodiscard]] std::uint64_t acknowledged() const noexcept {
    return acks_.messages;
  }

  [[nodiscard]] histogram& ack_latency() noexcept {
    return acks_.latency;
  }

  void describe(report& out) const;

private:
  void open(std::uint32_t producer);
  void spend_budget();
  void refill();

  bench_run& run_;
  publish_options options_;
  command_template command_;
  budget budget_;
  ack_log acks_;
  std::vector<std::unique_ptr<refillable>> publishers_;
};

} // namespace cafq::bench
