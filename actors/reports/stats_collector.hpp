#pragma once

#include "actors/actor_directory.hpp"
#include "actors/answer_promise.hpp"
#include "actors/counting_actor.hpp"
#include "actors/interfaces.hpp"
#include "actors/report_request.hpp"
#include "actors/reports/given_texts.hpp"
#include "actors/reports/heap_trim.hpp"
#include "actors/reports/history.hpp"
#include "actors/reports/report_text.hpp"
#include "actors/reports/stats.hpp"
#include "actors/reports/stream_rows.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace cafq {

/// What was gathered.
using report_ptr = std::shared_ptr<const node_report>;

/// What has changed since somebody was last told.
struct stream_news {
  /// The data of a server-sent event, and its end.
  report_text_ptr text;
  /// What is known then.
  stream_marks told;
};

} // namespace cafq

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::report_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::stream_marks)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::stream_news)

namespace cafq {

/// Where the COLLECTOR begins, and what it goes by.
struct collector_sources {
  /// Null in a process that has no topics.
  node_actor node;
  /// The one of the NSQ clients, or of those that register with a nsqlookupd.
  parent_actor clients;
  /// All others.
  std::shared_ptr<const actor_directory> directory
    = std::make_shared<const actor_directory>();
  /// Which percentiles of the time from publish to FIN to tell, descending.
  std::vector<double> quantiles;
  /// Unix time in nanoseconds.
  int64_t started = 0;
  /// Texts of reports that clients have not read to the end; beyond it the
  /// oldest are taken back.
  size_t most_text = size_t{32} << 20U;
  /// For what topics and channels did; 0 remembers nothing, and nobody is asked
  /// for it.
  size_t history_memory = 0;
  /// Whether it is spawned detached; others then get the processor first.
  bool own_thread = false;
};

/// The COLLECTOR actor interface. Its mailbox is bounded by those who ask: each
/// has one request at a time.
using collector_actor = caf::typed_actor<
  // Asks around and writes a report.
  caf::replies_to<atom::list, report_request>::with<report_text_ptr>,
  // Asks around.
  caf::replies_to<atom::stat, report_request>::with<report_ptr>,
  // Asks around, and tells a stream what is new to somebody who knows this.
  caf::replies_to<atom::watch, report_request, stream_marks>::with<stream_news>,
  // Tells about itself.
  caf::replies_to<atom::stat>::with<actor_stat>,
  // INTERNAL: writes the next of the reports that were asked for.
  caf::reacts_to<atom::resume>,
  // INTERNAL: looks a second time, at what has moved.
  caf::reacts_to<atom::watch, uint64_t>,
  // INTERNAL: nobody may have asked for a while how busy actors are.
  caf::reacts_to<atom::watch>,
  // INTERNAL: asks around for the history.
  caf::reacts_to<atom::keep>,
  // INTERNAL: a report is too old to be told again.
  caf::reacts_to<atom::tick, uint64_t>>;

/// One round of questions to all actors, or some of them.
class gathering;

/// Whom it asks.
struct gathering_scope {
  /// Only these topics, if there are any.
  std::vector<std::string> topics;
  /// Only topics with this channel, if not empty.
  std::string channel;
  /// NSQ clients, too.
  bool clients = false;
  /// Those, and all others.
  bool everybody = false;
};

/// The state of the COLLECTOR actor:
///
///   request --> waiting --> gathering --> writing --> answer
///                  ^            |
///                  +-- resting -+
///                  (who asks why wants to know what moves: two looks)
///
/// There is one gathering at a time. Who asks while it runs waits for the next:
/// an answer never tells of a time before the question, and those who wait
/// share it. Between two looks it serves others.
/// @relates stats_collector
struct collector_state {
  explicit collector_state(collector_actor::pointer ptr);

  using text_promise = answer_promise<report_text_ptr>;
  using report_promise = answer_promise<report_ptr>;
  using news_promise = answer_promise<stream_news>;
  /// Nobody is answered what the history wants to know.
  using promise
    = std::variant<std::monostate, text_promise, report_promise, news_promise>;

  caf::result<report_text_ptr> tell(const report_request& what);
  caf::result<report_ptr> gather(const report_request& what);
  caf::result<stream_news>
  tell_news(const report_request& what, const stream_marks& known);

  /// Writes the next report.
  void write();

  /// Gathers a second time.
  void look_again(uint64_t number);

  [[nodiscard]] actor_stat stat() const;

  /// Somebody who waits has gone.
  void forget(const caf::actor_addr& who);

  /// Begins to remember.
  void begin_history();

  /// Asks around for the history.
  void sample();
  [[nodiscard]] queue::duration until_next_sample() const;

  /// The /metrics of this number are not to be told again.
  void tick(uint64_t number);

  /// Has actors measure no more, unless somebody has asked lately.
  void end_busy();

  collector_actor::pointer self;
  collector_sources sources;

  /// The name in log output.
  static inline const char* name = "collector";

private:
  struct question {
    report_request what;
    promise answer_to;
    caf::actor_addr from;
    /// Of one that asks why: what the first look saw, once there was one.
    report_ptr before;
    /// Of a stream: what it knows.
    stream_marks known;

    /// Whether two looks are to come, not one.
    [[nodiscard]] bool looks_first() const noexcept {
      return what.asks_why() && !before;
    }
  };

  /// Those who have looked once, and when they look again.
  struct resting {
    uint64_t number = 0;
    report_ptr before;
    std::vector<question> whom;
  };

  void wait(question x);
  template <class Answer>
  caf::result<Answer> add(const report_request& what, stream_marks known = {});
  void gather_next();
  void start();
  [[nodiscard]] static bool share(const question& x, const question& y);
  bool join(question& x);
  void looked(node_report&& x);
  void gathered(node_report&& x);
  [[nodiscard]] bool busy() const noexcept {
    return gathering_ || report_;
  }
  void write_text(const report_request& what, const report_ptr& before);
  void write_news(const report_request& what, const stream_marks& known);
  std::vector<question>::iterator answered(std::vector<question>::iterator i);
  void next();
  void keep_metrics(const report_text_ptr& x);
  report_text_ptr tell_history(const report_request& what);
  /// Has actors measure for a while.
  void busy_asked();

  std::deque<question> waiting_;
  /// Whom the gathering, or its report, is for.
  std::vector<question> served_;
  std::shared_ptr<gathering> gathering_;
  /// What is being written.
  report_ptr report_;
  /// Its rows in the last view of it that was written.
  report_request rows_of_;
  std::optional<stream_rows> rows_;
  /// When its gathering began.
  queue::time_point begun_{};
  /// Until when actors measure how busy they are; 0 if they do not.
  queue::time_point busy_until_{};
  /// Oldest first.
  std::deque<resting> resting_;
  uint64_t looks_ = 0;
  uint64_t gatherings_ = 0;

  /// The last /metrics, while it is new.
  report_text_ptr metrics_;
  uint64_t metrics_number_ = 0;
  given_texts given_;

  history history_;
  /// Topics and channels that it was last told of.
  size_t sampled_ = 0;
  heap_trim heap_;
};

/// Tells about the node, for all who ask. To be spawned detached: what it has
/// to write may be long, and topics need the pool.
collector_actor::behavior_type
stats_collector(detached_pointer<collector_actor, collector_state> self,
                const collector_sources& sources);

} // namespace cafq
