#pragma once

#include "actors/actor_directory.hpp"
#include "actors/interfaces.hpp"
#include "actors/report_request.hpp"
#include "actors/stats.hpp"

#include <caf/response_promise.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace cafq {

/// What was gathered.
using report_ptr = std::shared_ptr<const node_report>;

} // namespace cafq

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::report_ptr)

namespace cafq {

/// Where a COLLECTOR begins.
struct collector_sources {
  node_actor node;
  /// The one of the NSQ clients.
  parent_actor clients;
  /// All others.
  std::shared_ptr<const actor_directory> directory
    = std::make_shared<const actor_directory>();
  /// Which percentiles of the time from publish to FIN to tell, descending.
  std::vector<double> quantiles;
  /// Unix time in nanoseconds.
  int64_t started = 0;
};

/// The COLLECTOR actor interface.
using collector_actor = caf::typed_actor<
  // Asks around and writes a report.
  caf::replies_to<atom::list, report_request>::with<text_ptr>,
  // Asks around.
  caf::replies_to<atom::stat, report_request>::with<report_ptr>,
  // INTERNAL: looks whether answers still come.
  caf::reacts_to<atom::tick>>;

/// The state of the COLLECTOR actor.
/// @relates stats_collector
struct collector_state {
  explicit collector_state(collector_actor::pointer ptr);

  /// Gathers what a request needs; `done` gets it.
  void start(const report_request& x, std::function<void(node_report&&)> done);

  /// Goes without the answers of connections that have ended, as CAF never
  /// fails a request to an ended broker, and of a store that waits for its
  /// disk.
  void tick();

  collector_actor::pointer self;
  collector_sources sources;
  report_request how;
  node_report report;
  std::function<void(node_report&&)> on_done;

  /// The name in log output.
  static inline const char* name = "collector";

private:
  void ask_topics();
  void ask_topic(const topic_actor& who);
  void ask_channels(size_t topic, const topic_actor& who);
  void ask_channel(size_t topic, const channel_actor& who);
  void ask_children(const parent_actor& who, std::vector<actor_stat>& to);
  void ask_optional(const stat_actor& who, std::vector<actor_stat>& to);
  template <class Handle>
  void ask_stat(const Handle& who, std::vector<actor_stat>& to);

  /// Runs `ask` when few enough questions are open.
  void enqueue(std::function<void()> ask);
  /// A question was answered, or never will be.
  void answered();
  void pump();
  void finish();

  std::deque<std::function<void()>> asks_;
  size_t open_ = 0;
  /// Of `open_`, those nobody has to answer: to connections, which may have
  /// ended, and to what waits for a disk or another server.
  size_t open_optional_ = 0;
  uint64_t answers_ = 0;
  uint64_t answers_at_tick_ = 0;
  bool pumping_ = false;
};

/// Gathers one report, then ends. One is spawned per request, on the pool: so
/// the multiplexer neither waits nor renders.
collector_actor::behavior_type
stats_collector(collector_actor::stateful_pointer<collector_state> self,
                const collector_sources& sources);

} // namespace cafq
