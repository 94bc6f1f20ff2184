#pragma once

#include "actors/answer_promise.hpp"
#include "actors/counting_actor.hpp"
#include "actors/interfaces.hpp"
#include "actors/reports/given_texts.hpp"
#include "actors/reports/message_walk.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace cafq {

/// The PEEKER actor interface: shows single messages to people. Its mailbox is
/// bounded by the HTTP connections: each waits for its answer.
using peeker_actor = caf::typed_actor<
  // Looks through a topic or channel; the answer is JSON, see `message_walk`.
  caf::replies_to<atom::peek, peek_query>::with<report_text_ptr>,
  // Tells about itself.
  caf::replies_to<atom::stat>::with<actor_stat>>;

/// Whom the PEEKER asks.
struct peek_sources {
  node_actor node;
  store_actor store;
  /// The id of this node, as messages have it.
  uint16_t node_id = 0;
  /// Whether it is spawned detached; others then get the processor first.
  bool own_thread = false;
  /// Answers that clients have not read to the end; beyond it the oldest are
  /// taken back.
  size_t most_text = size_t{16} << 20U;
};

/// The state of the PEEKER actor: one walk at a time, the others in line, so
/// that all together take the memory of one.
/// @relates peeker
struct peeker_state {
  explicit peeker_state(peeker_actor::pointer ptr);

  caf::result<report_text_ptr> look(const peek_query& what);

  [[nodiscard]] actor_stat stat() const;

  peeker_actor::pointer self;
  peek_sources sources;

  /// The name in log output.
  static inline const char* name = "peeker";

private:
  struct asked {
    peek_query what;
    answer_promise<report_text_ptr> answer;
  };

  void start_next();
  void find(const topic_actor& topic);
  void go_on();
  void seen(const peek_answer_ptr& x);
  void read_bodies(const peek_answer& x, queue::peek_page page);
  void show();
  void finish(const caf::error& why);
  template <class Result, class Handle, class F, class... Ts>
  void ask(const Handle& who, F then, Ts... xs);

  /// The first is the one under way.
  std::deque<asked> line_;
  std::optional<message_walk> walk_;
  /// The queue of that.
  topic_actor topic_;
  channel_actor channel_;
  std::map<consumer_id, std::string> holders_;
  given_texts given_;
  /// Since the start, for the stats.
  uint64_t looks_ = 0;
};

/// Looks through messages, for one after the other. To be spawned detached.
peeker_actor::behavior_type
peeker(detached_pointer<peeker_actor, peeker_state> self,
       const peek_sources& sources);

} // namespace cafq
