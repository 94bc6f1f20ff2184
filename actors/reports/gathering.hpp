#pragma once

#include "actors/reports/stats_collector.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace cafq {

/// One round of questions, a few at a time, so that actors do other work in
/// between. The answers that are to come keep it alive.
class gathering : public std::enable_shared_from_this<gathering> {
public:
  using callback = std::function<void(node_report&&)>;

  /// @param self Asks.
  /// @param done Gets what was gathered.
  gathering(collector_actor::pointer self, const collector_sources& sources,
            gathering_scope whom, callback done);

  gathering(const gathering&) = delete;
  gathering& operator=(const gathering&) = delete;

  void start();

  /// Asks nobody any more, and tells nobody.
  void cancel();

private:
  void ask_topics();
  void ask_topic(const topic_actor& who);
  void ask_channels(size_t topic, const topic_actor& who);
  void ask_channel(size_t topic, const channel_actor& who);
  void ask_children(const parent_actor& who, std::vector<actor_stat>& to);
  template <class Handle>
  void ask_stat(const Handle& who, const caf::duration& patience,
                std::vector<actor_stat>& to);
  template <class Result, class Handle, class F, class... Ts>
  void
  ask(const Handle& who, const caf::duration& patience, F on_answer, Ts... xs);

  void enqueue(std::function<void()> ask);
  /// A question was answered, or never will be.
  void answered();
  void pump();
  void finish();

  collector_actor::pointer self_;
  const collector_sources& sources_;
  gathering_scope whom_;
  callback done_;
  node_report report_;
  std::deque<std::function<void()>> asks_;
  size_t open_ = 0;
};

} // namespace cafq
