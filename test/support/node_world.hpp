#pragma once

#include "actors/node.hpp"
#include "test/support/deterministic_system.hpp"
#include "test/support/messages.hpp"

#include <boost/test/unit_test.hpp>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cafq::test {

/// What a client was sent.
struct probe_state {
  struct message {
    std::string body;
    uint64_t number;
    uint16_t attempts;
  };

  struct refusal {
    ticket t;
    std::string why;
  };

  struct answer {
    ticket t;
    /// Nothing if all went well.
    std::optional<failures> failed;
  };

  /// Bodies in the order they came, joined by blanks.
  [[nodiscard]] std::string bodies() const;

  std::vector<message> messages;
  /// What to report when it has left; 0 is not listed.
  std::vector<uint64_t> reports;
  std::vector<ticket> accepted;
  std::vector<refusal> refused;
  std::vector<answer> answers;
  /// How many of the actors it monitors have gone.
  size_t gone = 0;
};

/// A client that only writes down what it is sent.
client_actor::behavior_type
probe(client_actor::stateful_pointer<probe_state> self);

/// A NODE whose clients are probes. Who makes it, ends it.
struct node_world : deterministic_system {
  // -- actors -----------------------------------------------------------------

  topic_actor topic(const std::string& name = "t");

  channel_actor
  channel(const std::string& name = "c", const std::string& of = "t");

  client_actor client();

  /// Returns a client of a channel.
  client_actor
  consumer(const channel_actor& of, size_t rdy, subscription how = terms());

  static subscription terms();

  static probe_state& sent_to(const client_actor& x);

  /// Ends a client as if its connection was lost.
  void lose(const client_actor& x);

  /// Lets a client count the end of another actor.
  template <class Handle>
  static void watch(const client_actor& who, const Handle& whom) {
    using probe_actor = client_actor::stateful_base<probe_state>;
    auto* ptr = caf::actor_cast<caf::abstract_actor*>(who);
    dynamic_cast<probe_actor&>(*ptr).monitor(whom);
  }

  // -- commands ---------------------------------------------------------------

  static batch_ptr
  batch_of(const std::vector<std::string>& bodies, queue::time_point due = {}) {
    batch_ptr result{new batch};
    if (due == queue::time_point{})
      result->items.push_back({block_of(0, bodies), {}});
    else
      for (const auto& x : bodies)
        result->items.push_back({block_of(0, {x}), due});
    return result;
  }

  void publish(const topic_actor& to, const batch_ptr& what,
               const client_actor& from, ticket t);

  void publish(const topic_actor& to, const std::vector<std::string>& bodies);

  void publish(const std::vector<std::string>& bodies);

  void ready(const channel_actor& at, const client_actor& who, size_t rdy);

  void finish(const channel_actor& at, const client_actor& who,
              std::vector<uint64_t> which, ticket t = 0);

  void touch(const channel_actor& at, const client_actor& who,
             std::vector<uint64_t> which, ticket t = 0);

  void requeue(const channel_actor& at, const client_actor& who,
               const std::vector<uint64_t>& which, queue::duration delay,
               ticket t = 0);

  /// Finishes everything a client was sent.
  void finish_all(const channel_actor& at, const client_actor& who);

  void pause(const topic_actor& what, bool on);
  void pause(const channel_actor& what, bool on);

  void empty(const topic_actor& what);
  void empty(const channel_actor& what);

  // -- observers --------------------------------------------------------------

  actor_stat stat(const stat_actor& of);

  uint64_t counter(const stat_actor& of, const std::string& name);

  /// A multiple of the granularity of deadlines, so that they are exact.
  static constexpr auto msg_timeout
    = 1000 * queue::deadline_index::granularity; // 4.2 s

  node_actor node;
  client_actor publisher;
  std::vector<client_actor> clients;
};

} // namespace cafq::test
