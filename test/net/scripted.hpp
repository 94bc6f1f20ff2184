#pragma once

#include "net/protocol/message_id.hpp"
#include "test/net/network.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <map>
#include <string>
#include <vector>

namespace cafq::test {

/// What a channel was told, in words, and who has to be answered.
struct scripted_channel_state {
  struct settling {
    ticket t;
    std::vector<uint64_t> numbers;
  };

  /// E.g. `RDY 1`, `FIN 2` for two messages, `SENT 70000`.
  std::vector<std::string> told;
  std::vector<settling> settlings;
  client_actor client;
};

/// A channel that answers only when the test does it.
channel_actor::behavior_type
scripted_channel(channel_actor::stateful_pointer<scripted_channel_state> self);

struct scripted_topic_state {
  struct put {
    batch_ptr body;
    client_actor from;
    ticket t;
  };

  /// Without an answer yet.
  std::vector<put> puts;
  channel_actor channel;
  /// Whether it leaves all else without an answer as well, as one does that
  /// waits for a store.
  bool silent = false;
};

/// A topic with one channel, which answers only when the test does it.
topic_actor::behavior_type
scripted_topic(topic_actor::stateful_pointer<scripted_topic_state> self);

struct scripted_node_state {
  std::map<std::string, topic_actor> topics;
  /// Whether it leaves requests that need a store without an answer.
  bool mute = false;
  std::vector<caf::typed_response_promise<topic_actor>> asked;
};

/// A node of scripted topics.
node_actor::behavior_type
scripted_node(node_actor::stateful_pointer<scripted_node_state> self);

/// Clients of a node that answers only when the test says so.
struct scripted_network : network {
  scripted_network();

  scripted_network(const scripted_network&) = delete;
  scripted_network& operator=(const scripted_network&) = delete;

  ~scripted_network();

  scripted_topic_state& at(const std::string& topic);

  /// Lets the node answer requests for topics or not.
  void mute(bool on);

  /// Whether anybody has asked for a topic.
  [[nodiscard]] bool known(const std::string& topic);

  /// The channel of a topic.
  scripted_channel_state& channel_of(const std::string& topic);

  /// Accepts the oldest put of a topic.
  void accept(const std::string& topic);

  /// Refuses the oldest put of a topic.
  void refuse(const std::string& topic, const std::string& why);

  /// Answers the oldest FIN, REQ or TOUCH, which failed for these numbers.
  void answer(const std::string& topic, settling command,
              const std::vector<uint64_t>& failed);

  /// Delivers messages to the client of a topic's channel.
  void deliver(const std::string& topic, const queue::block_ptr& body,
               uint64_t report = 0);

  node_actor script;
};

} // namespace cafq::test
