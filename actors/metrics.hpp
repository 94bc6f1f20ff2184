#pragma once

#include "actors/queue/time.hpp"

#include <atomic>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

namespace cafq {

/// What actors measure as it happens; the other figures of /metrics are asked
/// for. One for the process, as there is one node in it.
struct live_metrics {
  /// How long the store's commits take, in seconds.
  prometheus::Histogram commit{
    {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5}};

  /// From publish to the first delivery, in seconds. A sample.
  prometheus::Histogram delivery{{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                  0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
                                  10, 60, 600}};

  /// CPU time of the turns of the event loop that took over a millisecond, in
  /// seconds, and the longest of them.
  prometheus::Histogram turn{{0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1}};
  std::atomic<queue::duration::rep> longest_turn{0};

  /// Called by the event loop.
  void add_turn(queue::duration x) {
    turn.Observe(std::chrono::duration<double>{x}.count());
    if (x.count() > longest_turn.load(std::memory_order_relaxed))
      longest_turn.store(x.count(), std::memory_order_relaxed);
  }

  /// Processes that read the store's file from outside, the most pages that one
  /// of them holds back, and those that died in the middle.
  prometheus::Gauge readers;
  prometheus::Gauge held_pages;
  prometheus::Counter dead_readers;

  /// Clients that had to go so that others get in, and those that did not get
  /// in.
  prometheus::Counter ended_clients;
  prometheus::Counter refused_clients;

  /// How often a topic has failed and was started again.
  prometheus::Counter restarts;

  /// Since when the oldest message waits for the disk that is to be there, by
  /// the actors' clock; 0 if none does.
  std::atomic<queue::duration::rep> unsaved_since{0};

  [[nodiscard]] queue::duration unsaved_age(queue::time_point now) const {
    const auto since = unsaved_since.load(std::memory_order_relaxed);
    return since == 0 ? queue::duration{}
                      : now.time_since_epoch() - queue::duration{since};
  }
};

/// May be used by any thread.
[[nodiscard]] live_metrics& metrics();

} // namespace cafq
