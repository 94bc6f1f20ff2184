#pragma once

#include "actors/counting_actor.hpp"
#include "actors/interfaces.hpp"
#include "actors/reports/stats_collector.hpp"
#include "actors/reports/stats_statsd.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace cafq {

/// The STATSD actor interface: tells a statsd daemon about the node.
using statsd_actor = caf::typed_actor<
  // Tells about itself.
  caf::replies_to<atom::stat>::with<actor_stat>,
  // INTERNAL: sends the next packet, or begins the next report.
  caf::reacts_to<atom::tick>>;

/// What STATSD goes by.
struct statsd_settings {
  /// `host:port`.
  std::string address;
  std::chrono::nanoseconds interval{std::chrono::seconds{60}};
  statsd_format format;
  collector_actor collector;
};

/// The state of the STATSD actor. Each interval it connects a new socket, as
/// names may come to mean another address, gathers a report and sends it in
/// packets spread over the time until one second before the next.
/// @relates statsd
struct statsd_state {
  explicit statsd_state(statsd_actor::pointer ptr);

  ~statsd_state();

  void tick();

  [[nodiscard]] actor_stat stat() const;

  statsd_actor::pointer self;
  statsd_settings settings;
  std::optional<statsd_writer> writer;

  /// The name in log output.
  static inline const char* name = "statsd";

private:
  void gather();
  void gathered(const report_ptr& x);
  [[nodiscard]] bool connected();
  void failed(const std::string& why);
  void arm(queue::duration delay);
  void close();

  std::deque<std::string> packets_;
  queue::time_point next_report_{};
  queue::duration pace_{};
  /// Where a socket is to arrive, and the socket; -1 if there is none.
  int dialing_ = -1;
  int fd_ = -1;

  // Since the start, for the stats.
  uint64_t sent_ = 0;
  uint64_t failures_ = 0;
};

/// Pushes a report each interval, the first one an interval from now.
statsd_actor::behavior_type
statsd(counting_pointer<statsd_actor, statsd_state> self,
       statsd_settings settings);

} // namespace cafq
